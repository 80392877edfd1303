#include "analyzer/detect/routes.hpp"

#include "analyzer/detect/bracket.hpp"
#include "analyzer/state/along.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using Says = Direction::Says;
constexpr auto settling = 2s;  // plus the round trip: younger than that, one end may just not know yet
constexpr auto longest_round_trip = 30s;  // lacks older than this need no list
constexpr auto same_moment = 1s;          // both ends' starts of one connection
constexpr std::size_t end_of_loss = 2;    // teller of a re-establishment that ended a route_down
constexpr std::size_t both_ends = 3;      // tellers in one epoch

ServerRef server_at(const Pair& pair, std::size_t end) { return end == 0 ? pair.first : pair.second; }
const Direction& direction_from(const Scene& scene, const Pair& pair, std::size_t end) {
  return scene.routes.says(server_at(pair, end), server_at(pair, 1 - end));
}

/// What an end's word is worth: a server still starting has no links yet, so its lack says nothing.
Says word(const Scene& scene, const Pair& pair, std::size_t end) {
  const auto says = direction_from(scene, pair, end).says;
  if (says == Says::lacks && (scene.is_starting(pair.first) || scene.is_starting(pair.second)))
    return Says::no_answer;
  return says;
}

void hear(const Scene& scene, const Pair& pair, RouteHistory& history) {
  for (std::size_t i = 0; i < 2; ++i) {
    auto& end = history.ends[i];
    const auto& direction = direction_from(scene, pair, i);
    end.says = word(scene, pair, i);
    if (end.says == Says::lists) {
      end.listed = direction.listed;
      end.lacked.reset();
      end.lacks.clear();
    } else if (end.says == Says::lacks) {
      if (!end.lacked) end.lacked = direction.lacked;
      end.lacks.push_back(*direction.lacked);
      while (end.lacks.size() > 1 && end.lacks[1].answered + longest_round_trip <= direction.lacked->answered)
        end.lacks.erase(end.lacks.begin());
    }
  }
}

/// The other end missed the very connection this one lists, when news of it had long arrived and long before
/// it was listed again.
bool missed_for_sure(const Scene& scene, const Pair& pair, std::size_t lister, const RouteHistory& history) {
  const auto& listing = direction_from(scene, pair, lister);
  const auto& connections = listing.connections;
  const auto* routez = scene.view(server_at(pair, lister)).routez;
  if (!routez || connections.empty()) return false;
  Duration oldest{}, round_trip{};
  for (const auto& one : connections) {
    oldest = std::max(oldest, routez->body->now - one.start);
    round_trip = std::max(round_trip, one.round_trip.value_or(0s));
  }
  const auto enough = std::min<Duration>(settling + round_trip, longest_round_trip);
  const auto made = listing.listed->answered - oldest;
  const auto& lacks = history.ends[1 - lister].lacks;
  return std::any_of(lacks.begin(), lacks.end(), [&](const auto& lack) {
    return lack.answered - made >= enough && listing.listed->answered - lack.answered >= enough;
  });
}

/// Each end that lacks the other brackets the break between its last listing (or the link's last proof of
/// life, if that is newer) and its first lack; the narrower bracket counts.
std::optional<Bracket> break_of(const RouteHistory& history) {
  std::optional<Bracket> best;
  for (const auto& end : history.ends) {
    if (end.says != Says::lacks) continue;
    Bracket bracket{end.listed, *end.lacked};
    const auto& contrary = history.contrary;
    if (contrary && (!end.listed || end.listed->epoch < contrary->epoch)) bracket.after = contrary;
    if (!best || bracket.narrower_than(*best)) best = bracket;
  }
  return best;
}

const Sighting& later(const Sighting& a, const Sighting& b) { return a.answered < b.answered ? b : a; }
const Sighting& earlier(const Sighting& a, const Sighting& b) { return b.answered < a.answered ? b : a; }

std::string route_pointer(const Connection& connection) {
  return "/routes/" + std::to_string(connection.index);
}

/// The start of the oldest connection that an end lists.
std::optional<Exact> first_made(const Scene& scene, const Pair& pair, const RouteHistory& history) {
  std::optional<Exact> made;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& connections = direction_from(scene, pair, i).connections;
    if (history.ends[i].says != Says::lists || connections.empty()) continue;
    const auto oldest = std::min_element(connections.begin(), connections.end(),
                                         [](const auto& a, const auto& b) { return a.start < b.start; });
    const auto start = scene.clocks.translate(server_at(pair, i), oldest->start);
    if (!made || start.time < made->time) made = start;
  }
  return made;
}

/// Members that still have a route to both ends: they do not relay, but they show that the mesh is in one
/// piece (DETECTION 1.14).
std::vector<std::string> who_sees_both(const Scene& scene, const Pair& pair, const PairStates& states) {
  std::vector<std::string> names;
  for (const auto ref : scene.fleet.members(scene.fleet[pair.first].cluster))
    if (ref != pair.first && ref != pair.second && state_of(states, ref, pair.first) == PairState::up &&
        state_of(states, ref, pair.second) == PairState::up)
      names.push_back(scene.fleet[ref].name);
  return names;
}

}  // namespace

PairState state_of(const PairStates& states, ServerRef a, ServerRef b) {
  for (const auto& pair : {Pair{a, b}, Pair{b, a}})
    if (const auto found = states.find(pair); found != states.end()) return found->second;
  return PairState::unknown;
}

PairState RouteDetector::judge(const Scene& scene, const Pair& pair, RouteHistory& history) const {
  hear(scene, pair, history);
  const auto a = history.ends[0].says, b = history.ends[1].says;
  if (a == Says::no_answer && b == Says::no_answer) return PairState::unknown;
  if (a != Says::lacks && b != Says::lacks) return PairState::up;
  if (a != Says::lists && b != Says::lists) return PairState::down;
  return missed_for_sure(scene, pair, a == Says::lists ? 0 : 1, history) ? PairState::one_sided
                                                                         : PairState::unknown;
}

void RouteDetector::step(const Scene& scene, Ledger& ledger) {
  states_.clear();
  for (const auto& cluster : scene.fleet.clusters()) {
    const auto members = scene.fleet.members(cluster);
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        const Pair pair{members[i], members[j]};
        states_[pair] = judge(scene, pair, histories_[pair]);
      }
  }
  Along histories(histories_);
  for (const auto& [pair, state] : states_) report(scene, pair, state, histories[pair], ledger);
}

void RouteDetector::report(const Scene& scene, const Pair& pair, PairState state, RouteHistory& history,
                           Ledger& ledger) {
  bool recovered = false;
  switch (state) {
    case PairState::unknown:
      break;
    case PairState::down:
      down(scene, pair, history, ledger);
      break;
    case PairState::one_sided:
      recovered = one_sided(scene, pair, history, ledger);
      break;
    case PairState::up:
      recovered = up(scene, pair, history, ledger);
      break;
  }
  calm(scene, pair, state, history, ledger);
  reconnected(scene, pair, recovered, history, ledger);
}

void RouteDetector::down(const Scene& scene, const Pair& pair, RouteHistory& history, Ledger& ledger) {
  std::optional<Sighting> proof;  // the later of the answers that lack it
  auto seen_from = nlohmann::ordered_json::array();
  std::vector<Evidence> lacks;
  for (std::size_t i = 0; i < 2; ++i) {
    if (history.ends[i].says != Says::lacks) continue;
    const auto& lacked = *direction_from(scene, pair, i).lacked;
    const auto& server = scene.fleet[server_at(pair, i)];
    proof = proof ? later(*proof, lacked) : lacked;
    seen_from.push_back(server.name);
    lacks.push_back(evidence(lacked, server, "/routes"));
  }
  const auto subject = Subject::pair_of(Kind::route_down, pair.first, pair.second);
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, *proof).finding;
  ledger.clears(Subject::pair_of(Kind::route_one_sided, pair.first, pair.second), *proof);
  if (!fresh) return;
  finding.severity = Severity::warning;
  const auto bracket = break_of(history);
  bracket->tell_beginning(finding);
  finding.proof = std::move(lacks);
  finding.details["seen_from"] = std::move(seen_from);
  finding.details["still_linked_to_both"] = who_sees_both(scene, pair, states_);
}

/// True if that ended a loss: one end has it again.
bool RouteDetector::one_sided(const Scene& scene, const Pair& pair, RouteHistory& history, Ledger& ledger) {
  const std::size_t lister = history.ends[0].says == Says::lists ? 0 : 1;
  const auto& listing = direction_from(scene, pair, lister);
  const auto made = first_made(scene, pair, history);
  const auto* ended =
      ledger.clears(Subject::pair_of(Kind::route_down, pair.first, pair.second), *listing.listed, made);
  if (ended) {
    history.told = {*made, *ended->finding.ended, end_of_loss};
    history.contrary = listing.listed;
    for (auto& end : history.ends) end.lacked.reset();
  }
  const auto subject = Subject::pair_of(Kind::route_one_sided, pair.first, pair.second);
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, *listing.listed).finding;
  if (!fresh) return ended != nullptr;
  const auto& lists = scene.fleet[server_at(pair, lister)];
  const auto& lacks = scene.fleet[server_at(pair, 1 - lister)];
  finding.severity = Severity::warning;
  finding.details["listed_by"] = lists.name;
  finding.details["lacked_by"] = lacks.name;
  finding.proof.push_back(evidence(*listing.listed, lists, route_pointer(listing.connections.front())));
  finding.proof.push_back(evidence(*direction_from(scene, pair, 1 - lister).lacked, lacks, "/routes"));
  return ended != nullptr;
}

/// True if that ended a loss.
bool RouteDetector::up(const Scene& scene, const Pair& pair, RouteHistory& history, Ledger& ledger) {
  std::optional<Sighting> first, last;
  for (std::size_t i = 0; i < 2; ++i) {
    if (history.ends[i].says != Says::lists) continue;
    const auto& listed = *direction_from(scene, pair, i).listed;
    first = first ? earlier(*first, listed) : listed;
    last = last ? later(*last, listed) : listed;
  }
  history.contrary = last;
  for (auto& end : history.ends) end.lacked.reset();
  auto* ended = ledger.clears(Subject::pair_of(Kind::route_down, pair.first, pair.second), *first, *last);
  auto* other =
      ledger.clears(Subject::pair_of(Kind::route_one_sided, pair.first, pair.second), *first, *last);
  if (!ended && !other) return false;
  const auto made = first_made(scene, pair, history);
  if (ended) set_exact(*ended->finding.ended, made);
  if (other) set_exact(*other->finding.ended, made);
  if (ended) history.told = {*made, *ended->finding.ended, end_of_loss};
  return ended != nullptr;
}

namespace {

bool same_report(const RouteHistory::Told& told, const Exact& made, const Moment& bracket, std::size_t end) {
  if (told.end == end || told.end == both_ends) return false;  // an end tells each once
  if (!told.made.error_s || !made.error_s)                     // clocks cannot be compared
    return bracket.after <= told.bracket.by && told.bracket.after <= bracket.by;
  const std::chrono::duration<double> error(*told.made.error_s + *made.error_s);
  const auto apart = std::chrono::abs(made.time - told.made.time);
  return apart <= same_moment + std::chrono::duration_cast<Duration>(error);
}

}  // namespace

void RouteDetector::reconnected(const Scene& scene, const Pair& pair, bool recovered, RouteHistory& history,
                                Ledger& ledger) {
  std::array<EndHistory::News, 2> news;
  std::optional<std::size_t> teller;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto server = server_at(pair, i);
    const auto* routez = scene.view(server).routez;
    if (!routez) continue;
    news[i] = history.ends[i].connections.take(direction_from(scene, pair, i), scene.fleet[server].run.id,
                                               routez->body->now, routez->seen, options_);
    if (!news[i].newest) continue;
    history.quiet = Duration::zero();
    if (!teller || news[i].newest->bracket().narrower_than(news[*teller].newest->bracket())) teller = i;
  }
  flapping(scene, pair, news, history, ledger);
  if (!teller || recovered) return;
  // One end has the link back, too newly for the loss to be over: its end will tell of it.
  if (news[*teller].lacked_before && ledger.open(Subject::pair_of(Kind::route_down, pair.first, pair.second)))
    return;

  const auto& renewal = news[*teller].newest;
  const auto made = scene.clocks.translate(server_at(pair, *teller), renewal->connection.start);
  const Moment bracket{renewal->before.asked, renewal->seen.answered, {}, {}};
  if (history.told && same_report(*history.told, made, bracket, *teller)) return;
  const auto& other = news[1 - *teller];
  const bool both = other.newest && other.newest->before.epoch == renewal->before.epoch;
  history.told = {made, bracket, both ? both_ends : *teller};
  auto& finding = ledger
                      .event(Subject::pair_of(Kind::route_reconnected, pair.first, pair.second),
                             renewal->before, renewal->seen, made)
                      .finding;
  finding.severity = Severity::warning;  // until something is found that explains it
  finding.count = 1;
  auto& seen_from = finding.details["seen_from"] = nlohmann::ordered_json::array();
  std::size_t connections = 0, renewed = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    if (i != *teller && !both) continue;
    const auto& server = scene.fleet[server_at(pair, i)];
    seen_from.push_back(server.name);
    connections = std::max(connections, news[i].connections);
    renewed = std::max(renewed, news[i].renewed);
    const auto& newest = *news[i].newest;
    finding.proof.push_back(evidence(newest.seen, server, route_pointer(newest.connection)));
    finding.contrary.push_back(evidence(newest.before, server, "/now"));
  }
  finding.details["connections"] = connections;
  finding.details["renewed"] = renewed;
  if (!renewal->connection.account.empty()) finding.details["account"] = renewal->connection.account;
}

/// Both ends tell of the same re-establishments: the one that counted more of them is taken at its word, of
/// equals the one that knows better when it began.
void RouteDetector::flapping(const Scene& scene, const Pair& pair,
                             const std::array<EndHistory::News, 2>& news, RouteHistory& history,
                             Ledger& ledger) {
  if (!news[0].longest && !news[1].longest) return;
  const auto subject = Subject::pair_of(Kind::route_flapping, pair.first, pair.second);
  const bool fresh = ledger.open(subject) == nullptr;
  const Trail* trail = nullptr;
  std::size_t end = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto* told = fresh ? news[i].flapping : news[i].longest;
    if (!told) continue;
    const bool better = !trail || told->length > trail->length ||
                        (told->length == trail->length &&
                         told->recent.front().bracket().narrower_than(trail->recent.front().bracket()));
    if (!better) continue;
    trail = told;
    end = i;
  }
  if (!trail) return;
  auto& finding = ledger.holds(subject, trail->recent.back().seen).finding;
  if (fresh) {
    const auto& server = scene.fleet[server_at(pair, end)];
    const auto& first = trail->recent.front();
    history.before_flapping = trail->length - options_.flap_count;
    finding.severity = Severity::warning;
    first.bracket().tell_beginning(finding);
    set_exact(finding.began, scene.clocks.translate(server_at(pair, end), first.connection.start));
    for (const auto& renewal : trail->recent)
      finding.proof.push_back(evidence(renewal.seen, server, route_pointer(renewal.connection)));
    finding.contrary.push_back(evidence(first.before, server, "/now"));
  }
  finding.count = std::max(finding.count.value_or(0), trail->length - history.before_flapping);
}

/// Flapping ends after a full window that was observed and had no re-establishment in it.
void RouteDetector::calm(const Scene& scene, const Pair& pair, PairState state, RouteHistory& history,
                         Ledger& ledger) {
  if (state != PairState::unknown) history.quiet += scene.observed - history.observed_then;
  history.observed_then = scene.observed;
  const auto subject = Subject::pair_of(Kind::route_flapping, pair.first, pair.second);
  if (history.quiet <= options_.flap_window || !ledger.open(subject)) return;
  ledger.clears(subject, {scene.epoch, scene.started, scene.ended, {}, Endpoint::routez});
}

}  // namespace natsrec
