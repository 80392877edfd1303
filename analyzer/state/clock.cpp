#include "analyzer/state/clock.hpp"

namespace natsrec {

template <class T>
void Clocks::sample(std::deque<Sample>& samples, const Answer<T>* answer) {
  if (!answer || !answer->timed) return;
  const auto round_trip = answer->seen.answered - answer->seen.asked;
  const auto skew = answer->body->now - (answer->seen.asked + round_trip / 2);
  // One that is looser than a newer one is never the tightest again.
  while (!samples.empty() && samples.back().round_trip > round_trip) samples.pop_back();
  samples.push_back({answer->seen.answered, round_trip, skew});
}

void Clocks::observe(ServerRef server, Interned run, const ServerView& view) {
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
  const auto& tightest = found->second.samples.front();
  return {server_time - tightest.skew, seconds(tightest.round_trip) / 2};
}

}  // namespace natsrec
