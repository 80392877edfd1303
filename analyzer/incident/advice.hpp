#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/state/fleet.hpp"

#include <string>
#include <vector>

namespace natsrec {

/// Commands to run next, with this incident's hosts and the ports varz told: gateway ports have no default.
/// Never a reload for gateways, never a blind restart.
std::vector<std::string> look_at_server(const Fleet& fleet, ServerRef ref);
std::vector<std::string> look_at_route(const Fleet& fleet, ServerRef a, ServerRef b);
std::vector<std::string> look_at_gateway(const Fleet& fleet, ServerRef ref, const std::string& remote);

}  // namespace natsrec
