#include "analyzer/detect/flapping.hpp"

#include <algorithm>

namespace natsrec {
namespace {

constexpr std::size_t told = 10;  // a link can flap for days: the first ones prove it well enough

Time latest(const Moment& moment) { return moment.exact.value_or(moment.by); }

}  // namespace

void ObservedTime::step(const Scene& scene) {
  // Between two observed epochs the recording's observed length grows by their distance, across a gap it
  // does not.
  if (started_ && scene.observed == observed_ && scene.started > *started_)
    unobserved_.push_back({*started_, scene.started});
  started_ = scene.started;
  observed_ = scene.observed;
}

Duration ObservedTime::between(Time from, Time to) const {
  auto length = to - from;
  for (auto span = unobserved_.rbegin(); span != unobserved_.rend() && span->to > from; ++span)
    length -= std::max(Duration::zero(), std::min(to, span->to) - std::max(from, span->from));
  return length;
}

void FlapCounter::reestablished(Subject link, Once once, Ledger& ledger) {
  link.kind = kind_;
  auto& history = links_[key(link)];
  auto& recent = history.recent;
  recent.push_back(std::move(once));
  const auto& newest = recent.back();
  if (history.count > 0) {
    auto& finding = ledger.holds(link, newest.seen).finding;
    finding.count = ++history.count;
    if (finding.proof.size() < told) finding.proof.push_back(newest.proof);
    recent.pop_front();
    return;
  }
  const auto span = [&] { return latest(newest.when) - recent.front().when.earliest(); };
  while (recent.size() > 1 && span() > window_) recent.pop_front();
  if (span() <= window_ && recent.size() >= static_cast<std::size_t>(count_)) open(link, history, ledger);
}

void FlapCounter::open(const Subject& link, History& history, Ledger& ledger) const {
  const auto& first = history.recent.front();
  auto& finding = ledger.holds(link, history.recent.back().seen, first.when).finding;
  finding.epochs = first.epochs;
  finding.severity = Severity::warning;
  finding.count = history.count = static_cast<int>(history.recent.size());
  finding.details["window_s"] = seconds(window_);
  for (const auto& once : history.recent)
    if (finding.proof.size() < told) finding.proof.push_back(once.proof);
  history.recent.erase(history.recent.begin(), history.recent.end() - 1);
}

void FlapCounter::known(const Subject& link, const Sighting& seen, Ledger& ledger) {
  if (links_.empty()) return;
  const auto found = links_.find(key(link));
  if (found == links_.end()) return;
  const auto& [recent, count] = found->second;
  if (time_.between(latest(recent.back().when), seen.asked) <= window_) return;
  if (count > 0) {
    auto subject = link;
    subject.kind = kind_;
    ledger.clears(subject, seen);
  }
  links_.erase(found);
}

bool FlapCounter::flapping(const Subject& link) const {
  if (links_.empty()) return false;
  const auto found = links_.find(key(link));
  return found != links_.end() && found->second.count > 0;
}

}  // namespace natsrec
