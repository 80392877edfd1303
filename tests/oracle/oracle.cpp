#include "tests/oracle/oracle.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace natsrec::oracle {
namespace {

using namespace std::chrono_literals;
constexpr auto settling = 2s;  // round trips are not told in these histories

enum class State { unknown, up, one_sided, down };

class Oracle {
 public:
  explicit Oracle(const History& history)
      : history_(history), last_(static_cast<int>(history.rounds.size())) {}

  std::vector<Verdict> verdicts() {
    for (int a = 0; a < history_.servers; ++a)
      for (int b = a + 1; b < history_.servers; ++b) {
        conditions(a, b);
        reconnects(a, b);
      }
    partitions();
    std::sort(told_.begin(), told_.end());
    return std::move(told_);
  }

 private:
  const Word& word(int round, int server) const {
    return history_.rounds.at(static_cast<std::size_t>(round - 1)).by.at(static_cast<std::size_t>(server));
  }
  const Listing& listing(int round, int server, int peer) const {
    return word(round, server).of.at(static_cast<std::size_t>(peer));
  }
  bool lists(int round, int server, int peer) const {
    return word(round, server).answered && listing(round, server, peer).connection != 0;
  }
  bool lacks(int round, int server, int peer) const {
    return word(round, server).answered && listing(round, server, peer).connection == 0;
  }

  /// The table of DETECTION 1.2.
  State state(int round, int a, int b) const {
    const bool listed = lists(round, a, b) || lists(round, b, a);
    const bool lacked = lacks(round, a, b) || lacks(round, b, a);
    if (!listed && !lacked) return State::unknown;
    if (!lacked) return State::up;
    if (!listed) return State::down;
    return lists(round, a, b) ? contradiction(round, a, b) : contradiction(round, b, a);
  }

  /// One-sided, if the lacker missed the very connection when it was old enough, has not listed the peer
  /// since, and the lister holds on to it long enough after.
  State contradiction(int round, int lister, int lacker) const {
    for (int then = round; then > 0 && !lists(then, lacker, lister); --then)
      if (lacks(then, lacker, lister) &&
          word(then, lacker).at - listing(round, lister, lacker).start >= settling &&
          word(round, lister).at - word(then, lacker).at >= settling)
        return State::one_sided;
    return State::unknown;
  }

  int last_before(int round, const auto& holds) const {
    while (--round > 0 && !holds(round)) {
    }
    return round;
  }

  void conditions(int a, int b) {
    Verdict down{Kind::route_down, a, b}, one_sided{Kind::route_one_sided, a, b};
    int contrary = 0;  // last round that proved the pair not to be down
    for (int round = 1; round <= last_; ++round) {
      const auto now = state(round, a, b);
      if (now == State::unknown) continue;
      const auto was = [&](State what) {
        return last_before(round, [&](int r) { return state(r, a, b) == what; });
      };
      if (down.by && now != State::down) {
        losses_.back().ended = round;
        end(down, was(State::down), round);
      }
      if (one_sided.by && now != State::one_sided) end(one_sided, was(State::one_sided), round);
      if (now == State::down && !down.by) {
        losses_.push_back({a, b, round, 0});
        std::tie(down.after, down.by) = narrowest_break(round, contrary, a, b);
      }
      if (now == State::one_sided && !one_sided.by) {
        one_sided.after = std::max(was(State::up), was(State::down));
        one_sided.by = round;
      }
      if (now == State::up || (now == State::one_sided && was(State::down) > contrary)) contrary = round;
    }
    for (const auto& open : {down, one_sided})
      if (open.by) told_.push_back(open);
  }

  void end(Verdict& verdict, int after, int by) {
    verdict.ended_after = after;
    verdict.ended_by = by;
    told_.push_back(verdict);
    verdict = {verdict.kind, verdict.server, verdict.peer};
  }

  /// Rounds in which a route_down was found, which may be later than it began, and ended.
  struct Loss {
    int a, b, found, ended;
  };
  /// What one end tells of a change.
  struct Told {
    Duration width;
    int after, by, connection;
  };
  /// By more than the order of polling makes; else the earlier counts.
  static bool narrower(const Told& a, const Told& b) {
    if (std::chrono::abs(a.width - b.width) > 1s) return a.width < b.width;
    return std::pair(a.by, a.after) < std::pair(b.by, b.after);
  }

  /// Each end that lacks the other tells a bracket; the narrower counts, of equal ones the earlier.
  std::pair<int, int> narrowest_break(int round, int contrary, int a, int b) const {
    std::vector<Told> brackets;
    for (const auto& [end, peer] : {std::pair{a, b}, std::pair{b, a}}) {
      if (!lacks(round, end, peer)) continue;
      const int listed = last_before(round, [&](int r) { return lists(r, end, peer); });
      const int after = std::max(contrary, listed);
      int by = after + 1;
      while (!lacks(by, end, peer)) ++by;
      const auto from = after > listed ? last_listed(after, a, b) : word(after ? after : 1, end).at;
      const auto width = after == 0 ? Duration::max() : word(by, end).at - from;
      brackets.push_back({width, after, by, 0});
    }
    const auto& best = *std::min_element(brackets.begin(), brackets.end(), narrower);
    return {best.after, best.by};
  }
  Time last_listed(int round, int a, int b) const {
    const auto from_a = word(round, a).at, from_b = word(round, b).at;
    if (!lists(round, a, b)) return from_b;
    return lists(round, b, a) ? std::max(from_a, from_b) : from_a;
  }

  /// The loss of this pair that is open in a round, or ends in it.
  const Loss* loss_in(int round, int a, int b) const {
    const auto loss = std::find_if(losses_.begin(), losses_.end(), [&](const Loss& one) {
      return one.a == a && one.b == b && one.found <= round && (one.ended == 0 || one.ended >= round);
    });
    return loss == losses_.end() ? nullptr : &*loss;
  }

  /// What one end tells of re-establishments.
  struct End {
    int server, peer;
    int listed = 0;    ///< round of its newest listing
    int answered = 0;  ///< round of its newest answer
    int renewals = 0;
  };

  /// DETECTION 1.4: an end lists another identity, made after its body that listed the one before. What
  /// a server lists that lacked its peer while the link counts as lost is what ends the loss, and is told by
  /// it; both ends' reports of one connection are one, told by the narrower. A link flaps as often as the end
  /// tells that saw more of it.
  void reconnects(int a, int b) {
    std::set<int> known;
    std::array<End, 2> ends{End{a, b}, End{b, a}};
    for (int round = 1; round <= last_; ++round) {
      std::vector<Told> reports;
      const auto* loss = loss_in(round, a, b);
      for (auto& end : ends) {
        if (lists(round, end.server, end.peer)) {
          const auto& now = listing(round, end.server, end.peer);
          if (loss && loss->ended == round) known.insert(now.connection);
          if (end.listed && now.connection != listing(end.listed, end.server, end.peer).connection &&
              now.start > word(end.listed, end.server).at) {
            if (!loss || end.answered == end.listed)
              reports.push_back({word(round, end.server).at - word(end.answered, end.server).at, end.answered,
                                 round, now.connection});
            ++end.renewals;
          }
          end.listed = round;
        }
        if (word(round, end.server).answered) end.answered = round;
      }
      if (reports.empty()) continue;
      const auto& best = *std::min_element(reports.begin(), reports.end(), narrower);
      if (known.insert(best.connection).second)
        told_.push_back({Kind::route_reconnected, a, b, best.after, round, 0, 0, 1});
    }
    const int count = std::max(ends[0].renewals, ends[1].renewals);
    if (count >= 3) told_.push_back({Kind::route_flapping, a, b, 0, 0, 0, 0, count});
  }

  /// DETECTION 1.14, over every way to part the servers in two.
  void partitions() {
    Verdict split{Kind::cluster_partitioned};
    int contrary = 0, proof = 0;
    for (int round = 1; round <= last_; ++round) {
      const auto now = parted(round);
      if (now == State::down) {
        if (!split.by) std::tie(split.after, split.by) = std::pair{contrary, round};
        proof = round;
      } else if (now == State::up) {
        if (split.by) end(split, proof, round);
        contrary = round;
      }
    }
    if (split.by) told_.push_back(split);
  }

  /// down: proven, up: disproven.
  State parted(int round) const {
    int alive = 0;
    for (int server = 0; server < history_.servers; ++server) {
      bool lives = word(round, server).answered;
      for (int peer = 0; peer < history_.servers; ++peer) lives |= lists(round, peer, server);
      if (lives) alive |= 1 << server;
    }
    bool whole = true;
    const int all = (1 << history_.servers) - 1;
    for (int side = 1; side < all; ++side) {
      if ((side & alive) == 0 || (~side & alive) == 0) continue;
      bool all_down = true, joined = false;
      for (int a = 0; a < history_.servers; ++a)
        for (int b = 0; b < history_.servers; ++b) {
          if (((side & alive) >> a & 1) == 0 || ((~side & alive) >> b & 1) == 0) continue;
          const auto pair = state(round, a, b);
          all_down &= pair == State::down;
          joined |= pair == State::up || pair == State::one_sided;
        }
      if (all_down) return State::down;
      whole &= joined;
    }
    return whole && (alive & (alive - 1)) != 0 ? State::up : State::unknown;
  }

  const History& history_;
  int last_;
  std::vector<Loss> losses_;
  std::vector<Verdict> told_;
};

}  // namespace

std::vector<Verdict> expected(const History& history) { return Oracle(history).verdicts(); }

}  // namespace natsrec::oracle
