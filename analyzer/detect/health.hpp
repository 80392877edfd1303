#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// server_not_ready and jetstream_unhealthy, in the server's own words (DETECTION 1.15). Marks runs in lame
/// duck.
void report_health(const Scene& scene, Fleet& fleet, Ledger& ledger);

}  // namespace natsrec
