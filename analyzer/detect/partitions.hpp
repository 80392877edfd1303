#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// cluster_partitioned: proven when every pair across is known and down (DETECTION 1.14). Routes do not
/// relay, but while some server sees both sides the mesh is only partial. Silent servers stand with the
/// island that lists them; a server still starting is none.
void report_partitions(const Scene& scene, const PairStates& pairs, Ledger& ledger);

}  // namespace natsrec
