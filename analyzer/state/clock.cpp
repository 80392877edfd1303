#include "analyzer/state/clock.hpp"

#include <algorithm>

namespace natsrec {

template <class T>
void Clocks::sample(ServerRef server, const Answer<T>* answer) {
  if (!answer || !answer->timed) return;
  const auto round_trip = answer->seen.answered - answer->seen.asked;
  const auto skew = answer->body->now - (answer->seen.asked + round_trip / 2);
  samples_[server].push_back({answer->seen.answered, round_trip, skew});
}

void Clocks::observe(ServerRef server, const ServerView& view) {
  using namespace std::chrono_literals;
  sample(server, view.varz);
  sample(server, view.routez);
  sample(server, view.gatewayz);
  const auto found = samples_.find(server);
  if (found == samples_.end()) return;
  auto& samples = found->second;
  while (!samples.empty() && samples.front().at + 15min < samples.back().at) samples.pop_front();
}

Exact Clocks::translate(ServerRef server, Time server_time) const {
  const auto found = samples_.find(server);
  if (found == samples_.end() || found->second.empty()) return {server_time, std::nullopt};
  const auto& samples = found->second;
  const auto tightest = std::min_element(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
    return a.round_trip < b.round_trip;
  });
  return {server_time - tightest->skew, seconds(tightest->round_trip) / 2};
}

}  // namespace natsrec
