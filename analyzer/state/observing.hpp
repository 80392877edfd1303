#pragma once
#include "analyzer/state/observation.hpp"

/// The parts of `observe`, for who decodes target by target instead of epoch by epoch.
namespace natsrec {

/// Decodes one answer of a target.
void take_answer(TargetObservation& target, const Snapshot& snapshot, std::int64_t epoch, Decoder& decoder);

/// Puts an epoch together; `targets` are ordered by label.
Observation observation_of(std::int64_t epoch, Time started, Time ended,
                           std::vector<TargetObservation> targets);

}  // namespace natsrec
