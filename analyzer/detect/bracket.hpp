#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/state/observation.hpp"

#include <algorithm>
#include <chrono>

namespace natsrec {

/// A collector whose clock was set back in between can say no more than when it saw the later of two things.
inline void keep_order(Moment& moment) {
  if (moment.after && *moment.after > moment.by) moment.after = moment.by;
}

/// When something began or ended as two sightings tell: the last proof of the contrary, the first of this.
struct Bracket {
  std::optional<Sighting> after;
  Sighting by;

  Duration width() const { return after ? by.answered - after->asked : Duration::max(); }
  /// By more than the order of polling makes; of such as are not, the earlier one is.
  bool narrower_than(const Bracket& other) const {
    constexpr auto chance = std::chrono::seconds(1);
    const auto mine = width(), theirs = other.width();
    if (std::max(mine, theirs) - std::min(mine, theirs) > chance) return mine < theirs;
    if (by.epoch != other.by.epoch) return by.epoch < other.by.epoch;
    return after && other.after && after->epoch < other.after->epoch;
  }
  void tell_beginning(Finding& finding) const {
    finding.began = {after ? std::optional(after->asked) : std::nullopt, by.answered, {}, {}};
    keep_order(finding.began);
    finding.epochs.clear();
    if (after) finding.epochs.push_back(after->epoch);
    finding.epochs.push_back(by.epoch);
  }
};

}  // namespace natsrec
