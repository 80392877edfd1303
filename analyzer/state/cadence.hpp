#pragma once
#include "schema/recording.hpp"

#include <deque>
#include <optional>

namespace natsrec {

/// The interval in force and the gaps it makes: two consecutive epochs further apart than 2.5 times what
/// watch,
/// --interval or the config declared, else than 2.5 times the median of the last 20.
class Cadence {
 public:
  /// Takes the next epoch; true if a gap lies before it.
  bool gap_before(const EpochInfo& epoch, const std::optional<Duration>& declared);
  /// In force at the newest epoch; none before two epochs are known.
  std::optional<Duration> interval() const { return interval_; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [previous, steps, interval] = *this;
    archive(previous, steps, interval);
  }

 private:
  std::optional<Duration> median() const;
  std::optional<Time> previous_;
  std::deque<Duration> steps_;
  std::optional<Duration> interval_;
};

}  // namespace natsrec
