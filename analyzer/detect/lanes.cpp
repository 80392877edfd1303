#include "analyzer/detect/lanes.hpp"

#include <algorithm>
#include <tuple>

namespace natsrec {
namespace {

LaneState server_state(const Scene& scene, ServerRef ref, const Ledger& ledger) {
  const auto open = [&](Kind kind) { return ledger.open(Subject::server_of(kind, ref)) != nullptr; };
  if (open(Kind::server_down)) return LaneState::down;
  if (scene.view(ref).reach != ServerView::Reach::alive) return LaneState::unknown;
  if (open(Kind::server_not_ready)) return LaneState::not_ready;
  if (open(Kind::jetstream_unhealthy) || open(Kind::route_count_low)) return LaneState::degraded;
  return LaneState::up;
}

LaneState lane_state(PairState state) {
  switch (state) {
    case PairState::up:
      return LaneState::up;
    case PairState::down:
      return LaneState::down;
    case PairState::one_sided:
      return LaneState::one_sided;
    case PairState::unknown:
      break;
  }
  return LaneState::unknown;
}

LaneState lane_state(GatewayDetector::State state) {
  switch (state) {
    case GatewayDetector::State::up:
      return LaneState::up;
    case GatewayDetector::State::degraded:
      return LaneState::degraded;
    case GatewayDetector::State::down:
      return LaneState::down;
    case GatewayDetector::State::unknown:
      break;
  }
  return LaneState::unknown;
}

}  // namespace

void LaneRecorder::put(Track& track, Time from, LaneState state) {
  auto& changes = track.changes;
  if (changes.empty() || changes.back().second != state) changes.emplace_back(from, state);
}

void LaneRecorder::put(const Key& key, const Scene& scene, LaneState state) {
  auto& track = tracks_[key];
  track.epoch = scene.epoch;
  put(track, scene.started, state);
}

void LaneRecorder::step(const Scene& scene, const PairStates& pairs, const GatewayDetector& gateways,
                        const Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.fleet.size(); ++ref)
    if (!scene.fleet[ref].absorbed && (scene.fleet[ref].member || scene.view(ref).polled))
      put({LaneKind::server, ref, nobody, {}}, scene, server_state(scene, ref, ledger));
  for (const auto& [pair, state] : pairs)
    put({LaneKind::route, pair.first, pair.second, {}}, scene, lane_state(state));
  for (const auto& [link, state] : gateways.states())
    put({LaneKind::gateway, link.first, nobody, link.second}, scene, lane_state(state));
  // What left, or is no longer configured, is in no state that anybody knows.
  for (auto& [key, track] : tracks_)
    if (track.epoch != scene.epoch) put(track, scene.started, LaneState::unknown);
}

void LaneRecorder::blank(Time from) {
  for (auto& [key, track] : tracks_) put(track, from, LaneState::unknown);
}

std::vector<LaneRecorder::Standing> LaneRecorder::standings() const {
  std::vector<Standing> result;
  for (const auto& [key, track] : tracks_)
    result.push_back({key.kind, key.server, key.peer, key.remote, track.changes.back().second});
  return result;
}

std::vector<LaneRecorder::History> LaneRecorder::histories() const {
  std::vector<History> result;
  for (const auto& [key, track] : tracks_)
    result.push_back({key.kind, key.server, key.peer, key.remote, track.changes});
  return result;
}

std::vector<Lane> LaneRecorder::finish(const Fleet& fleet, Time first, Time last) const {
  std::vector<Lane> lanes;
  for (const auto& [key, track] : tracks_) {
    const auto& changes = track.changes;
    if (fleet[key.server].absorbed) continue;
    Lane lane{key.kind, fleet[key.server].cluster, fleet[key.server].name, {}, {}};
    if (key.kind == LaneKind::route) lane.label += " – " + fleet[key.peer].name;
    if (key.kind == LaneKind::gateway) lane.label += " → " + key.remote;
    if (changes.front().first > first)
      lane.spans.push_back({first, changes.front().first, LaneState::unknown});
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto to = i + 1 < changes.size() ? changes[i + 1].first : last;
      if (changes[i].first < to || changes.size() == 1)
        lane.spans.push_back({changes[i].first, to, changes[i].second});
    }
    lanes.push_back(std::move(lane));
  }
  std::sort(lanes.begin(), lanes.end(), [](const Lane& a, const Lane& b) {
    return std::tie(a.cluster, a.kind, a.label) < std::tie(b.cluster, b.kind, b.label);
  });
  return lanes;
}

}  // namespace natsrec
