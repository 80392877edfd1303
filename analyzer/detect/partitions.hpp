#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// cluster_partitioned: proven when every pair across is known and down (DETECTION 1.14). Routes do not
/// relay, but while some server sees both sides the mesh is only partial.
void report_partitions(const Scene& scene, const std::map<Pair, PairState>& pairs, Ledger& ledger);

}  // namespace natsrec
