#include "analyzer/detect/routes.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using Says = Direction::Says;
constexpr auto settling = 2s;  // plus the round trip: younger than that, one end may just not know yet

/// What an end's word is worth: a server still starting has no links yet, so its lack says nothing.
Says word(const Scene& scene, ServerRef lister, ServerRef peer) {
  const auto says = scene.routes.says(lister, peer).says;
  if (says == Says::lacks && (scene.is_starting(lister) || scene.is_starting(peer))) return Says::no_answer;
  return says;
}

/// One end lists a connection which the other lacked already, longer ago than news needs to travel.
bool one_sided_for_sure(const Scene& scene, ServerRef lister, ServerRef lacker) {
  const auto& listing = scene.routes.says(lister, lacker);
  const auto& lacking = scene.routes.says(lacker, lister);
  const auto* routez = scene.view(lister).routez;
  if (!routez || listing.connections.empty() || !lacking.lacked_since) return false;
  const auto oldest = std::min_element(listing.connections.begin(), listing.connections.end(),
                                       [](const auto& a, const auto& b) { return a.start < b.start; });
  Duration round_trip{};
  for (const auto& one : listing.connections) round_trip = std::max(round_trip, one.round_trip.value_or(0s));
  const auto enough = settling + round_trip;
  return routez->body->now - oldest->start >= enough &&
         listing.listed->answered - lacking.lacked_since->answered >= enough;
}

/// The bracket of the break as one end saw it: from its last listing to its first lack.
std::optional<Moment> break_seen_by(const Scene& scene, ServerRef lister, ServerRef peer) {
  const auto& direction = scene.routes.says(lister, peer);
  if (word(scene, lister, peer) != Says::lacks || !direction.listed || !direction.lacked_since)
    return std::nullopt;
  if (direction.lister_run != scene.fleet[lister].run.id) return std::nullopt;
  return Moment{direction.listed->asked, direction.lacked_since->answered, {}, {}};
}

std::optional<Moment> narrower(const std::optional<Moment>& a, const std::optional<Moment>& b) {
  if (!a || !b) return a ? a : b;
  const auto width = [](const Moment& moment) { return moment.by - *moment.after; };
  if (width(*a) == width(*b)) return a->by < b->by ? a : b;
  return width(*b) < width(*a) ? b : a;
}

const Sighting& later(const Sighting& a, const Sighting& b) { return a.answered < b.answered ? b : a; }
const Sighting& earlier(const Sighting& a, const Sighting& b) { return b.answered < a.answered ? b : a; }

/// The proof of a lack: the later of the answers that lack it.
Sighting lack_proof(const Scene& scene, const Pair& pair) {
  const auto& [a, b] = pair;
  const bool a_lacks = word(scene, a, b) == Says::lacks, b_lacks = word(scene, b, a) == Says::lacks;
  if (a_lacks && b_lacks) return later(*scene.routes.says(a, b).lacked, *scene.routes.says(b, a).lacked);
  return a_lacks ? *scene.routes.says(a, b).lacked : *scene.routes.says(b, a).lacked;
}

void prove_lack(const Scene& scene, const Pair& pair, Finding& finding) {
  auto lacking = nlohmann::ordered_json::array();
  for (const auto& [lister, peer] : {pair, Pair{pair.second, pair.first}})
    if (word(scene, lister, peer) == Says::lacks) {
      lacking.push_back(scene.fleet[lister].name);
      finding.proof.push_back(
          evidence(*scene.routes.says(lister, peer).lacked, scene.fleet[lister], "/routes"));
    }
  finding.details["seen_from"] = std::move(lacking);
}

/// The first listing since the pair was last lacked by anybody: a listing that was never interrupted, because
/// its server could not be asked, is no news of a recovery before now.
const Sighting& first_listing(const Direction& listing, const Direction& other) {
  Time last_lack = Time::min();
  for (const auto* direction : {&listing, &other})
    if (direction->lacked) last_lack = std::max(last_lack, direction->lacked->asked);
  return listing.listed_since->asked > last_lack ? *listing.listed_since : *listing.listed;
}

std::string route_pointer(const Connection& connection) {
  return "/routes/" + std::to_string(connection.index);
}

}  // namespace

PairState RouteDetector::judge(const Scene& scene, const Pair& pair) const {
  const auto a = word(scene, pair.first, pair.second), b = word(scene, pair.second, pair.first);
  if (a == Says::no_answer && b == Says::no_answer) return PairState::unknown;
  const bool any_lists = a == Says::lists || b == Says::lists;
  const bool any_lacks = a == Says::lacks || b == Says::lacks;
  if (!any_lacks) return PairState::up;
  if (!any_lists) return PairState::down;
  const bool sure = a == Says::lists ? one_sided_for_sure(scene, pair.first, pair.second)
                                     : one_sided_for_sure(scene, pair.second, pair.first);
  return sure ? PairState::one_sided : PairState::unknown;
}

void RouteDetector::step(const Scene& scene, Ledger& ledger) {
  states_.clear();
  for (const auto& cluster : scene.fleet.clusters()) {
    const auto members = scene.fleet.members(cluster);
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        const Pair pair{members[i], members[j]};
        const auto state = judge(scene, pair);
        states_[pair] = state;
        report(scene, pair, state, ledger);
      }
  }
  settle(scene, ledger);
}

void RouteDetector::report(const Scene& scene, const Pair& pair, PairState state, Ledger& ledger) {
  const auto& [a, b] = pair;
  const auto down = Subject::pair_of(Kind::route_down, a, b);
  const auto one_sided = Subject::pair_of(Kind::route_one_sided, a, b);
  bool recovered = false;
  switch (state) {
    case PairState::unknown:
      break;
    case PairState::down: {
      const auto proof = lack_proof(scene, pair);
      const bool fresh = ledger.open(down) == nullptr;
      const auto bracket = narrower(break_seen_by(scene, a, b), break_seen_by(scene, b, a));
      auto& finding = ledger.holds(down, proof, bracket).finding;
      if (fresh) {
        finding.severity = Severity::warning;
        prove_lack(scene, pair, finding);
      }
      ledger.clears(one_sided, proof);
      break;
    }
    case PairState::one_sided: {
      const auto lister = word(scene, a, b) == Says::lists ? a : b;
      const auto lacker = lister == a ? b : a;
      const auto& listing = scene.routes.says(lister, lacker);
      const bool fresh = ledger.open(one_sided) == nullptr;
      auto& finding = ledger.holds(one_sided, *listing.listed).finding;
      if (fresh) {
        finding.severity = Severity::warning;
        finding.details["listed_by"] = scene.fleet[lister].name;
        finding.details["lacked_by"] = scene.fleet[lacker].name;
        finding.proof.push_back(
            evidence(*listing.listed, scene.fleet[lister], route_pointer(listing.connections.front())));
        finding.proof.push_back(
            evidence(*scene.routes.says(lacker, lister).lacked, scene.fleet[lacker], "/routes"));
      }
      break;
    }
    case PairState::up: {
      std::optional<Sighting> first, last;
      std::optional<Exact> made;
      for (const auto& [lister, peer] : {pair, Pair{b, a}}) {
        const auto& direction = scene.routes.says(lister, peer);
        if (direction.says != Says::lists) continue;
        const auto& since = first_listing(direction, scene.routes.says(peer, lister));
        first = first ? earlier(*first, since) : since;
        last = last ? later(*last, *direction.listed) : *direction.listed;
        for (const auto& one : direction.connections) {
          const auto start = scene.clocks.translate(lister, one.start);
          if (!made || start.time < made->time) made = start;
        }
      }
      if (const auto* ended = ledger.clears(down, *first, *last, made)) {
        recovered = true;
        const auto moment = *ended->finding.ended;
        reconnects_[pair].last = moment.exact ? moment.exact : std::optional(made->time);
        count(scene, pair, moment, *first, ledger);
      }
      ledger.clears(one_sided, *first, *last, made);
      break;
    }
  }
  reconnected(scene, pair, recovered, ledger);
}

void RouteDetector::reconnected(const Scene& scene, const Pair& pair, bool recovered, Ledger& ledger) {
  const Reestablished* best = nullptr;
  ServerRef lister = nobody;
  for (const auto& [one, other] : {pair, Pair{pair.second, pair.first}}) {
    const auto& direction = scene.routes.says(one, other);
    if (!direction.reestablished) continue;
    const auto width = [](const Reestablished& r) { return r.seen.answered - r.before.asked; };
    if (best && width(*best) <= width(*direction.reestablished)) continue;
    best = &*direction.reestablished;
    lister = one;
  }
  if (!best || recovered) return;
  const auto exact = scene.clocks.translate(lister, best->connection.start);
  auto& known = reconnects_[pair];
  const auto tolerance = settling + std::chrono::duration_cast<Duration>(
                                        std::chrono::duration<double>(exact.error_s.value_or(0)));
  if (known.last && exact.time - *known.last <= tolerance) return;  // the other end's report of the same
  known.last = exact.time;
  auto& finding = ledger
                      .event(Subject::pair_of(Kind::route_reconnected, pair.first, pair.second), best->before,
                             best->seen, exact)
                      .finding;
  finding.severity = Severity::warning;  // until something is found that explains it
  finding.count = 1;
  finding.details["seen_from"] = scene.fleet[lister].name;
  finding.details["connections"] = best->connections;
  finding.details["renewed"] = best->renewed;
  if (!best->connection.account.empty()) finding.details["account"] = best->connection.account;
  finding.proof.push_back(evidence(best->seen, scene.fleet[lister], route_pointer(best->connection)));
  count(scene, pair, finding.began, best->seen, ledger);
}

void RouteDetector::count(const Scene& scene, const Pair& pair, const Moment& moment, const Sighting& seen,
                          Ledger& ledger) {
  auto& known = reconnects_[pair];
  known.recent.push_back({scene.observed, moment, seen});
  while (!known.recent.empty() && scene.observed - known.recent.front().observed > flap_window_)
    known.recent.pop_front();
  const auto flapping = Subject::pair_of(Kind::route_flapping, pair.first, pair.second);
  if (ledger.open(flapping))
    ++known.count;
  else if (static_cast<int>(known.recent.size()) >= flap_count_)
    known.count = static_cast<int>(known.recent.size());
  else
    return;
  auto& finding = ledger.holds(flapping, seen, known.recent.front().moment).finding;
  finding.severity = Severity::warning;
  finding.count = known.count;
  finding.proof.push_back(evidence(seen, scene.fleet[pair.first], "/routes"));
}

void RouteDetector::settle(const Scene& scene, Ledger& ledger) {
  for (const auto& [pair, state] : states_) {
    const auto known = reconnects_.find(pair);
    if (known == reconnects_.end() || known->second.recent.empty()) continue;
    if (scene.observed - known->second.recent.back().observed <= flap_window_) continue;
    const Sighting now{scene.epoch, scene.started, scene.ended, {}, Endpoint::routez};
    ledger.clears(Subject::pair_of(Kind::route_flapping, pair.first, pair.second), now);
    known->second.recent.clear();
  }
}

}  // namespace natsrec
