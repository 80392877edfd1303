#include "analyzer/state/cadence.hpp"

#include <algorithm>
#include <vector>

namespace natsrec {
namespace {
constexpr std::size_t remembered = 20;
}

std::optional<Duration> Cadence::median() const {
  if (steps_.empty()) return std::nullopt;
  std::vector<Duration> sorted(steps_.begin(), steps_.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

bool Cadence::gap_before(const EpochInfo& epoch, const std::optional<Duration>& declared) {
  const auto before = declared ? declared : median();
  bool gap = false;
  if (previous_) {
    const auto step = epoch.started - *previous_;
    gap = before && 2 * step > 5 * *before;
    if (step > Duration::zero()) {
      steps_.push_back(step);
      if (steps_.size() > remembered) steps_.pop_front();
    }
  }
  previous_ = epoch.started;
  interval_ = declared ? declared : median();
  return gap;
}

}  // namespace natsrec
