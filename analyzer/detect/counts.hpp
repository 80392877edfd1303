#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// route_count_low: a server lists fewer distinct peers than its cluster has members. Peers, not connections.
/// Critical where no JetStream majority is left in the component it belongs to.
void report_route_counts(const Scene& scene, const std::map<Pair, PairState>& pairs, Ledger& ledger);

}  // namespace natsrec
