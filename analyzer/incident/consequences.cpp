#include "analyzer/incident/consequences.hpp"

#include "analyzer/incident/consequence_rules.hpp"

namespace natsrec {

void explain(std::vector<Record>& records, const std::vector<ClusterOutage>& outages, Duration recovery_grace,
             Time end_of_recording) {
  Causality causality(records, end_of_recording);
  explain_servers(causality);
  explain_routes(causality);
  explain_backlogs(causality);
  explain_route_counts(causality);
  explain_partitions(causality);
  explain_gateways(causality, outages);
  explain_jetstream(causality, recovery_grace);
}

}  // namespace natsrec
