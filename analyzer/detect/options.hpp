#pragma once
#include "analyzer/saved/fields.hpp"
#include "schema/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace natsrec {

/// Where detectors draw their lines. Defaults are DETECTION §2's.
struct DetectionOptions {
  Duration flap_window = std::chrono::minutes(15);     ///< flapping: this many re-establishments within it,
  int flap_count = 3;                                  ///< and it ends after as long without one
  double rtt_factor = 5;                               ///< slow: this many times the link's own median,
  Duration rtt_floor = std::chrono::milliseconds(50);  ///< and at least this,
  std::optional<Duration> rtt;                         ///< or simply at least this
  std::int64_t backlog = std::int64_t{1} << 20;        ///< pending bytes of a connection that are too many,
  Duration backlog_time = std::chrono::seconds(30);    ///< if they stay so for as long
  Duration recovery_grace = std::chrono::minutes(10);  ///< how long after a start JetStream may catch up
  Duration member_window = std::chrono::hours(24);     ///< how far back a server counts as a member
  template <class Archive>
  void serialize(Archive& archive) {
    fields<9>(archive, *this);
  }
};

}  // namespace natsrec
