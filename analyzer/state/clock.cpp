#include "analyzer/state/clock.hpp"

#include <algorithm>

namespace natsrec {

template <class T>
void Clocks::sample(std::deque<Sample>& samples, const Answer<T>* answer) {
  if (!answer || !answer->timed) return;
  const auto round_trip = answer->seen.answered - answer->seen.asked;
  const auto skew = answer->body->now - (answer->seen.asked + round_trip / 2);
  samples.push_back({answer->seen.answered, round_trip, skew});
}

void Clocks::observe(ServerRef server, const std::string& run, const ServerView& view) {
  using namespace std::chrono_literals;
  auto& known = known_[server];
  if (known.run != run) known = {run, {}};
  auto& samples = known.samples;
  sample(samples, view.varz);
  sample(samples, view.routez);
  sample(samples, view.gatewayz);
  while (!samples.empty() && samples.front().at + 15min < samples.back().at) samples.pop_front();
}

Exact Clocks::translate(ServerRef server, Time server_time) const {
  const auto found = known_.find(server);
  if (found == known_.end() || found->second.samples.empty()) return {server_time, std::nullopt};
  const auto& samples = found->second.samples;
  const auto tightest = std::min_element(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
    return a.round_trip < b.round_trip;
  });
  return {server_time - tightest->skew, seconds(tightest->round_trip) / 2};
}

}  // namespace natsrec
