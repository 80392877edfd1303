#include "tests/properties/world.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

// DETECTION §2, "Property of all of it": in a history with epochs left out, every down, one-sided or flap
// finding overlaps one of the same kind and subject in the full one, and re-establishments per link, summed,
// never rise.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

bool lasting_loss(Kind kind) {
  static const std::set<Kind> kinds{Kind::route_down,   Kind::route_one_sided,  Kind::route_flapping,
                                    Kind::gateway_down, Kind::gateway_flapping, Kind::cluster_partitioned,
                                    Kind::server_down};
  return kinds.contains(kind);
}

std::string subject(const Finding& f) {
  return fmt::format("{}/{}-{}>{}", f.cluster, f.server, f.peer, f.remote_cluster);
}

std::string span(const Finding& f) {
  const auto moment = [](const Moment& m) {
    return fmt::format("({} .. {})", m.after ? format_time(*m.after).substr(11, 12) : "-",
                       format_time(m.by).substr(11, 12));
  };
  return fmt::format("{} {} ", info(f.kind).name, subject(f)) + moment(f.began) + " to " +
         (f.ended ? moment(*f.ended) : "-");
}

/// A server that a thinner recording calls down may be only unreachable in the full one: that a peer lost it
/// before it fell silent, and so is no witness (DETECTION 1.12), shows only if somebody looked in between.
bool explains(Kind full, Kind thinned) {
  return full == thinned || (thinned == Kind::server_down && full == Kind::monitor_unreachable);
}

/// What is proven of the one lies where the other can have been.
bool overlaps(const Finding& proven, const Finding& possible) {
  const auto from = possible.began.after.value_or(Time::min());
  const auto to = possible.ended ? possible.ended->by : Time::max();
  const auto until =
      proven.ended ? std::max(proven.began.by, proven.ended->after.value_or(proven.began.by)) : Time::max();
  return from <= until && proven.began.by <= to;
}

std::map<std::string, int> reestablished(const Analysis& analysis) {
  std::map<std::string, int> result;
  for (const auto& f : analysis.findings) {
    const auto link = subject(f);
    // From one remote server to another and back is one re-establishment for whoever did not look in between.
    if (f.kind == Kind::route_reconnected || f.kind == Kind::gateway_reconnected ||
        f.kind == Kind::gateway_failover)
      result[link] += f.count.value_or(1);
    if ((f.kind == Kind::route_down || f.kind == Kind::gateway_down) && f.ended_by == EndedBy::recovered)
      ++result[link];
  }
  return result;
}

void check_thinning(const Tape& tape, const std::function<bool(std::size_t)>& keep) {
  const auto full = analyse(tape), thinned = analyse(tape, keep);
  for (const auto& f : thinned.findings) {
    if (!lasting_loss(f.kind)) continue;
    const bool known = std::any_of(full.findings.begin(), full.findings.end(), [&](const auto& other) {
      return explains(other.kind, f.kind) && subject(other) == subject(f) && overlaps(f, other);
    });
    std::string others;
    for (const auto& other : full.findings)
      if (subject(other) == subject(f)) others += "\n  " + span(other);
    INFO("only when epochs are left out: " << span(f) << "\nin full:" << others);
    CHECK(known);
  }
  const auto all = reestablished(full);
  for (const auto& [link, count] : reestablished(thinned)) {
    const auto known = all.find(link);
    INFO("re-established " << link);
    CHECK(count <= (known == all.end() ? 0 : known->second));
  }
}

}  // namespace

TEST_CASE("leaving epochs out invents nothing") {
  const auto last = first_seed() + tapes();
  for (auto seed = first_seed(); seed < last; ++seed) {
    INFO("NATSREC_SEED=" << seed);
    const auto tape = record(seed, 240, 5s);
    std::mt19937_64 random(seed);
    std::vector<bool> kept(tape.size());
    for (auto&& one : kept) one = random() % 3 == 0;
    check_thinning(tape, [](std::size_t i) { return i % 2 == 0; });
    check_thinning(tape, [](std::size_t i) { return i % 12 == 0; });
    check_thinning(tape, [&](std::size_t i) { return kept.at(i); });
  }
}
