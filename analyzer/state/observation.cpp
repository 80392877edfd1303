#include "analyzer/state/observation.hpp"

#include "analyzer/state/observing.hpp"

#include <algorithm>

namespace natsrec {
namespace {

template <class F>
void each_answer(const TargetObservation& target, F f) {
  if (target.varz) f(*target.varz);
  if (target.routez) f(*target.routez);
  if (target.gatewayz) f(*target.gatewayz);
  if (target.healthz) f(*target.healthz);
  if (target.leafz) f(*target.leafz);
}

template <class T>
void take(std::optional<Answer<T>>& slot, const Snapshot& snapshot, std::int64_t epoch, Decoded<T> decoded) {
  auto& answer = slot.emplace();
  answer.seen = {epoch, {}, {}, snapshot.target, snapshot.endpoint};
  answer.status = snapshot.status;
  answer.failure = snapshot.failure;
  // A body beside a failure is a torso: kept as evidence, but it proves nothing.
  if (!snapshot.failure) answer.body = std::move(decoded.value);
  if (snapshot.asked && snapshot.answered) {
    answer.timed = true;
    answer.seen.asked = *snapshot.asked;
    answer.seen.answered = std::max(*snapshot.asked, *snapshot.answered);
  }
}

template <class T>
std::optional<Time> own_clock(const Answer<T>& answer) {
  if constexpr (requires { answer.body->now; })
    if (answer.body) return answer.body->now;
  return std::nullopt;
}

void assume_times(TargetObservation& target, const Observation& observation) {
  Time first = observation.started, last = observation.ended;
  each_answer(target, [&](const auto& answer) {
    if (const auto now = own_clock(answer); now && !answer.timed) {
      first = std::min(first, *now);
      last = std::max(last, *now);
    }
  });
  const auto fill = [&](auto& slot) {
    if (!slot || slot->timed) return;
    const auto now = own_clock(*slot);
    slot->seen.asked = now.value_or(first);
    slot->seen.answered = now.value_or(last);
  };
  fill(target.varz);
  fill(target.routez);
  fill(target.gatewayz);
  fill(target.healthz);
  fill(target.leafz);
}

}  // namespace

bool TargetObservation::answered() const { return first_answer() != nullptr; }

bool TargetObservation::refused() const {
  bool any = false;
  each_answer(*this, [&](const auto& answer) {
    if (answer.failure && answer.failure->failure == FailureClass::refused) any = true;
  });
  return any && !answered();
}

const Sighting* TargetObservation::first_failure(const FetchFailure** failure) const {
  const Sighting* first = nullptr;
  each_answer(*this, [&](const auto& answer) {
    // Nobody asked in earnest where the collector's own time was up.
    if (!answer.failure || answer.failure->failure == FailureClass::over_budget) return;
    if (first && first->answered <= answer.seen.answered) return;
    first = &answer.seen;
    *failure = &*answer.failure;
  });
  return first;
}

const Sighting* TargetObservation::first_answer() const {
  const Sighting* first = nullptr;
  each_answer(*this, [&](const auto& answer) {
    if (answer.status && (!first || answer.seen.answered < first->answered)) first = &answer.seen;
  });
  return first;
}

const Sighting* TargetObservation::last_answer() const {
  const Sighting* last = nullptr;
  each_answer(*this, [&](const auto& answer) {
    if (answer.status && (!last || answer.seen.asked > last->asked)) last = &answer.seen;
  });
  return last;
}

bool Observation::blind() const {
  return std::none_of(targets.begin(), targets.end(),
                      [](const auto& target) { return target.answered() || target.refused(); });
}

void take_answer(TargetObservation& target, const Snapshot& snapshot, std::int64_t epoch, Decoder& decoder) {
  const std::string_view body = snapshot.body ? std::string_view(*snapshot.body) : std::string_view();
  switch (snapshot.endpoint) {
    case Endpoint::varz:
      return take(target.varz, snapshot, epoch, decoder.varz(body));
    case Endpoint::routez:
      return take(target.routez, snapshot, epoch, decoder.routez(body));
    case Endpoint::gatewayz:
      return take(target.gatewayz, snapshot, epoch, decoder.gatewayz(body));
    case Endpoint::healthz:
      return take(target.healthz, snapshot, epoch, decoder.healthz(body));
    case Endpoint::leafz:
      return take(target.leafz, snapshot, epoch, decoder.leafz(body));
    case Endpoint::jsz:
    case Endpoint::envelope:
    case Endpoint::ports:
      return;
  }
}

Observation observation_of(std::int64_t epoch, Time started, Time ended,
                           std::vector<TargetObservation> targets) {
  Observation result{epoch, started, std::max(started, ended), std::move(targets)};
  for (auto& target : result.targets) assume_times(target, result);
  return result;
}

Observation observe(const Epoch& epoch, Decoder& decoder) {
  std::vector<TargetObservation> targets;
  for (const auto& snapshot : epoch.snapshots) {
    if (targets.empty() || targets.back().target != snapshot.target)
      targets.emplace_back().target = snapshot.target;
    take_answer(targets.back(), snapshot, epoch.number, decoder);
  }
  return observation_of(epoch.number, epoch.started, epoch.ended, std::move(targets));
}

}  // namespace natsrec
