#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// clock_skew: a server's clock is more than 5 s off the collector's, beyond what the round trip leaves in
/// doubt (DETECTION 1.13). Which of the two is wrong, the recording cannot know.
void report_clock_skew(const Scene& scene, Ledger& ledger);

}  // namespace natsrec
