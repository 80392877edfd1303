#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// route_count_low: a server lists fewer distinct peers than its cluster has members. Peers, not connections.
void report_route_counts(const Scene& scene, Ledger& ledger);

}  // namespace natsrec
