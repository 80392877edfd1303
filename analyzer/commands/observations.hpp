#pragma once
#include "analyzer/commands/stretch.hpp"
#include "analyzer/state/observation.hpp"

#include <memory>
#include <optional>

namespace natsrec {

/// As many as the machine runs at once.
unsigned all_threads();

/// An epoch and what was seen in it.
struct ObservedEpoch {
  EpochInfo info;
  Observation observation;
};

/// The epochs of a stretch of a recording decoded, in order. Decoding takes most of the time of a replay and
/// needs nothing but the bodies, so that all threads share it: a window of epochs is taken apart by targets,
/// whose chunks are opened as a whole. The caller's thread decodes too while it would wait. Two windows are
/// held at most, so that memory does not grow with the recording. What comes out does not depend on the
/// number of threads.
class Observations {
 public:
  /// `threads` counts the caller's: with 1 there is no other. The recording must outlive it.
  Observations(const Recording& recording, const Stretch& stretch, unsigned threads);
  Observations(const Observations&) = delete;
  Observations& operator=(const Observations&) = delete;
  ~Observations();

  /// The next one; nothing after the last. Throws what reading it throws.
  std::optional<ObservedEpoch> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
