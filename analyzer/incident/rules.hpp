#pragma once
#include "analyzer/incident/case.hpp"

#include <string>
#include <vector>

/// What the rules for causes share, and the rules themselves by subject. A rule adds the causes for which it
/// finds evidence and says nothing else.
namespace natsrec {

using Causes = std::vector<Cause>;

void cluster_causes(const Case& incident, Causes& causes);
void server_causes(const Case& incident, Causes& causes);
void route_causes(const Case& incident, Causes& causes);
void gateway_causes(const Case& incident, Causes& causes);
void jetstream_causes(const Case& incident, Causes& causes);

/// A cause with the proof of the records it rests on. `confidence`: certain is only for what the bodies
/// prove.
Cause make_cause(std::string name, std::string confidence, std::string why, const Records& records);
void prove(Cause& cause, const Records& records);
/// Adds commands to run next, as far as there is room.
void advise(Cause& cause, std::vector<std::string> commands);
void advise_routes(const Case& incident, Cause& cause, const Records& routes);

std::string display(const Record& record);  ///< cluster/server
/// "east/a1", "east/a1 and east/a2", "east/a1, east/a2, east/a3 and 7 more"
std::string subjects(const Records& records);
/// How the request that found the server gone failed: refused, timeout, …
std::string answer_of(const Record& record);
/// The records about one server, as its subject.
Records about(const Records& records, ServerRef server);
/// Whether both spans have a moment in common, give or take `slack`.
bool together(const Finding& a, const Finding& b, Duration slack = {});

}  // namespace natsrec
