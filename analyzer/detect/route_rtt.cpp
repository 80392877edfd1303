#include "analyzer/detect/route_rtt.hpp"

#include "analyzer/detect/bracket.hpp"
#include "analyzer/state/along.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// The connection whose round trip is the median of those measured, which are left in `measured`.
const Connection* median(const Direction& direction, std::vector<const Connection*>& measured) {
  measured.clear();
  for (const auto& one : direction.connections)
    if (one.round_trip && *one.round_trip > Duration::zero()) measured.push_back(&one);
  if (measured.empty()) return nullptr;
  const auto middle = measured.begin() + static_cast<std::ptrdiff_t>((measured.size() - 1) / 2);
  std::nth_element(measured.begin(), middle, measured.end(), [](const auto* a, const auto* b) {
    return std::pair(*a->round_trip, a->rid) < std::pair(*b->round_trip, b->rid);
  });
  return *middle;
}

double milliseconds(Duration duration) { return seconds(duration) * 1000; }

}  // namespace

void RouteRttDetector::step(const Scene& scene, const PairStates& pairs, Ledger& ledger) {
  std::vector<const Connection*> measured;  // here, so that its memory serves for all
  Along links(links_);
  for (const auto& [pair, state] : pairs)
    if (state == PairState::up) judge(scene, pair, links[pair], measured, ledger);
}

void RouteRttDetector::judge(const Scene& scene, const Pair& pair, Link& link,
                             std::vector<const Connection*>& measured_ones, Ledger& ledger) {
  const auto subject = [&] { return Subject::pair_of(Kind::route_rtt_high, pair.first, pair.second); };
  const Sighting* measured = nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto lister = i == 0 ? pair.first : pair.second, peer = i == 0 ? pair.second : pair.first;
    const auto& direction = scene.routes.says(lister, peer);
    if (direction.says != Direction::Says::lists || direction.silent()) continue;
    const auto* connection = median(direction, measured_ones);
    if (!connection) continue;
    auto& end = link.ends[i];
    const auto verdict = end.usual.judge(direction.listed->answered, *connection->round_trip, options_);
    if (!verdict) continue;
    measured = &*direction.listed;
    end.high = verdict->high;
    if (!end.high) continue;
    const bool fresh = !ledger.open(subject());
    auto& finding = ledger.holds(subject(), *direction.listed).finding;
    link.open = true;
    if (fresh) {
      const auto& server = scene.fleet[lister];
      Bracket{link.normal, *direction.listed}.tell_beginning(finding);
      finding.severity = Severity::warning;
      finding.details["seen_from"] = server.name;
      finding.details["rtt_ms"] = milliseconds(*connection->round_trip);
      if (verdict->usual) finding.details["usual_ms"] = milliseconds(*verdict->usual);
      finding.details["limit_ms"] = milliseconds(verdict->limit);
      finding.proof.push_back(
          evidence(*direction.listed, server, "/routes/" + std::to_string(connection->index) + "/rtt"));
    }
    finding.details["worst_ms"] =
        std::max(finding.details.value("worst_ms", 0.0), milliseconds(*connection->round_trip));
  }
  if (!measured || link.ends[0].high || link.ends[1].high) return;
  link.normal = *measured;
  if (std::exchange(link.open, false)) ledger.clears(subject(), *measured);
}

}  // namespace natsrec
