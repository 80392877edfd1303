#include "analyzer/report/timescale.hpp"

#include "analyzer/report/wording.hpp"

#include <algorithm>
#include <array>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr int most_ticks = 8;

/// The smallest round step that needs no more than `most_ticks`.
Duration step_for(Duration length) {
  constexpr std::array<Duration, 23> steps{100ms, 200ms, 500ms, 1s,   2s,      5s,      10s,    15s,
                                           30s,   1min,  2min,  5min, 10min,   15min,   30min,  1h,
                                           2h,    3h,    6h,    12h,  days{1}, days{2}, days{7}};
  for (const Duration step : steps) {
    if (length / step < most_ticks) return step;
  }
  const Duration week = days{7};
  return week * (length / week / most_ticks + 1);
}

std::string label_for(Time time, Duration step) {
  if (step >= days{1}) return day(time).substr(5);
  const std::size_t length = step >= 1min ? 5 : step >= 1s ? 8 : 10;
  return clock(time).substr(0, length);
}

}  // namespace

TimeScale::TimeScale(Time from, Time to, bool live) : from_(from), to_(to), live_(live) {
  if (to_ <= from_) {
    to_ = from_ + 1s;
    from_ -= 1s;
  }
}

double TimeScale::percent(Time time) const {
  const auto part = std::chrono::duration<double>(std::clamp(time, from_, to_) - from_);
  return 100 * (part / std::chrono::duration<double>(to_ - from_));
}

std::vector<Tick> ticks(const TimeScale& scale) {
  const Duration step = step_for(scale.to() - scale.from());
  const auto since_epoch = scale.from().time_since_epoch();
  Time at{(since_epoch / step) * step};
  if (at < scale.from()) at += step;
  std::vector<Tick> out;
  for (; at <= scale.to(); at += step) {
    const bool midnight = step < days{1} && at == std::chrono::floor<days>(at);
    const bool minor = (at.time_since_epoch() / step) % 2 != 0;
    out.push_back({at, midnight ? day(at).substr(5) : label_for(at, step), minor});
  }
  return out;
}

}  // namespace natsrec
