#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/state/observation.hpp"

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
  void tell_beginning(Finding& finding) const {
    finding.began = {after ? std::optional(after->asked) : std::nullopt, by.answered, {}, {}};
    keep_order(finding.began);
    finding.epochs.clear();
    if (after) finding.epochs.push_back(after->epoch);
    finding.epochs.push_back(by.epoch);
  }
};

}  // namespace natsrec
