#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// meta_leader_missing: of a group's JetStream servers that answer none knows a meta leader, or all report no
/// contact with one. Runs under a minute old are still to find it, and say nothing.
void report_meta_leader(const Scene& scene, Ledger& ledger);

}  // namespace natsrec
