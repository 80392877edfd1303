#pragma once
#include "analyzer/incident/model.hpp"

#include <optional>
#include <string>

namespace natsrec {

struct CheckOptions {
  Duration recent = std::chrono::minutes{15};  ///< how long a resolved incident stays WARNING
  std::optional<Duration>
      max_age;  ///< of the newest epoch; else 3 intervals, or 3 min if no interval is known
  std::optional<std::int64_t> since_epoch;  ///< tell only of incidents that began or ended after this epoch
};

/// What a monitoring system reads: one line with performance data after a bar, and the plugin's exit code
/// (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN).
struct CheckResult {
  int code;
  std::string line;  ///< without a line break
};

/// UNKNOWN if nothing was recorded, the newest epoch is too old or lies in the future, or less than half of
/// the span was observed: what such a recording shows is told, but proves nothing about now. Else the worst
/// severity that is open; else WARNING while an incident ended less than `recent` ago.
CheckResult check(const Analysis& analysis, Time now, const CheckOptions& options = {});

}  // namespace natsrec
