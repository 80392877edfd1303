#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// server_not_ready and jetstream_unhealthy, in the server's own words (DETECTION 1.15). Marks runs in lame
/// duck. What a start explains is info, and rises with the first proof that it lasts longer.
void report_health(const Scene& scene, Duration recovery_grace, Fleet& fleet, Ledger& ledger);

}  // namespace natsrec
