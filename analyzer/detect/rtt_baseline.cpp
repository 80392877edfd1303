#include "analyzer/detect/rtt_baseline.hpp"

#include "schema/packing.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto window = 24h;
constexpr auto least_history = 60s;  // less is no habit
constexpr std::size_t capacity = 288;
constexpr auto widest_step = 5min;  // so many of them make a day

}  // namespace

std::optional<RttBaseline::Verdict> RttBaseline::judge(Time at, Duration rtt,
                                                       const DetectionOptions& options) {
  const bool known = any() && at - oldest_ >= least_history;
  Verdict verdict;
  if (known) verdict.usual = median_;
  remember(at, rtt);
  if (options.rtt) {
    verdict.limit = *options.rtt;
  } else {
    if (!verdict.usual) return std::nullopt;
    const auto times = std::chrono::duration<double, Duration::period>(*verdict.usual) * options.rtt_factor;
    verdict.limit = std::max(options.rtt_floor, std::chrono::duration_cast<Duration>(times));
  }
  verdict.high = rtt >= verdict.limit;
  return verdict;
}

void RttBaseline::remember(Time at, Duration rtt) {
  const bool due = !any() || at - newest_ >= step_;
  if (!due && at - oldest_ <= window) return;
  unpack();
  while (!samples_.empty() && at - samples_.front().first > window) {
    sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), samples_.front().second));
    samples_.pop_front();
  }
  if (due || samples_.empty()) {
    samples_.emplace_back(at, rtt);
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), rtt), rtt);
    if (samples_.size() > capacity && step_ < widest_step) thin_out();
  }
  oldest_ = samples_.front().first;
  newest_ = samples_.back().first;
  median_ = sorted_[(sorted_.size() - 1) / 2];
}

void RttBaseline::thin_out() {
  std::deque<std::pair<Time, Duration>> kept;
  for (std::size_t i = 0; i < samples_.size(); i += 2) kept.push_back(samples_[i]);
  samples_ = std::move(kept);
  sort();
  step_ = std::min<Duration>(2 * step_, widest_step);
}

void RttBaseline::sort() {
  sorted_.clear();
  for (const auto& [at, rtt] : samples_) sorted_.push_back(rtt);
  std::sort(sorted_.begin(), sorted_.end());
}

std::string RttBaseline::pack() const {
  Packer out;
  Time last{};
  for (const auto& [at, rtt] : samples_) {
    out.signed_number((at - last).count());
    out.signed_number(rtt.count());
    last = at;
  }
  return out.take_bytes();
}

void RttBaseline::unpack() {
  if (packed_.empty()) return;
  Unpacker in{packed_};
  Time at{};
  while (!in.done()) {
    at += Duration{in.signed_number()};
    samples_.emplace_back(at, Duration{in.signed_number()});
  }
  packed_.clear();
  sort();
}

}  // namespace natsrec
