#pragma once
#include "analyzer/detect/options.hpp"
#include "schema/time.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace natsrec {

/// What a reader may ask for. Defaults follow DETECTION §3 and depend on the interval in force.
struct AnalysisOptions {
  std::optional<Duration> join;    ///< default max(2 intervals, 30 s)
  std::optional<Duration> settle;  ///< default max(5 min, 2 intervals)
  std::optional<Time> since;       ///< report what reaches beyond this; everything before still teaches
  std::optional<std::string> cluster, server;
  DetectionOptions detection;
};

}  // namespace natsrec
