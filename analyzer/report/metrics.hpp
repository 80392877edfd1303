#pragma once
#include "analyzer/incident/model.hpp"

#include <string>

namespace natsrec {

/// The state at the end of the recording as OpenMetrics, also readable as Prometheus text: gauges only, `#
/// EOF` at the end, samples in byte order of their labels. Same analysis, same bytes: how old the newest
/// epoch is, the monitoring system works out from its timestamp.
std::string metrics(const Analysis& analysis);

}  // namespace natsrec
