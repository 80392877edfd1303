#include "analyzer/detect/pools.hpp"

#include "analyzer/detect/bracket.hpp"
#include "analyzer/state/along.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
// As long as a server may take to dial its links (DETECTION 1.7).
constexpr auto settling = 10s;

ServerRef lister_at(const Pair& pair, std::size_t end) { return end == 0 ? pair.first : pair.second; }
const Direction& direction_from(const Scene& scene, const Pair& pair, std::size_t end) {
  return scene.routes.says(lister_at(pair, end), lister_at(pair, 1 - end));
}

/// Pooled connections two servers hold between them; 1 where pooling is off or not known yet, as before 2.10.
/// Since 2.11.2 the larger of two sizes is in force; before, servers that differ made no route at all.
std::optional<int> pool_size(const Fleet& fleet, const Pair& pair) {
  int size = 0;
  for (const auto ref : {pair.first, pair.second}) {
    const auto& varz = fleet[ref].last_varz;
    if (!varz) return std::nullopt;
    const int own = varz->pool_size.value_or(-1);
    if (own < 1) return 1;
    size = std::max(size, own);
  }
  return size;
}

bool pooled(const Fleet& fleet, ServerRef ref) { return fleet[ref].last_varz->pool_size.value_or(-1) >= 1; }

/// What the two configurations alone tell: the pool, and the system account's own route.
struct Plan {
  std::size_t pool = 0;     ///< 0: nothing is known
  Interned system_account;  ///< empty: it has no route of its own
  std::size_t of(Interned account) const {
    if (account.empty()) return pool;
    return account == system_account ? 1 : 0;
  }
};
Plan planned(const Fleet& fleet, const Pair& pair) {
  const auto size = pool_size(fleet, pair);
  if (!size) return {};
  const auto& system_account = fleet[pair.first].last_varz->system_account;
  const bool own_route = pooled(fleet, pair.first) && pooled(fleet, pair.second) &&
                         system_account == fleet[pair.second].last_varz->system_account;
  return {static_cast<std::size_t>(*size), own_route ? system_account : Interned()};
}

}  // namespace

void PoolDetector::step(const Scene& scene, const PairStates& pairs, Ledger& ledger) {
  Counts counts;  // here, so that its memory serves for all
  Along links(links_);
  for (const auto& [pair, state] : pairs)
    if (state == PairState::up && !scene.is_starting(pair.first) && !scene.is_starting(pair.second))
      judge(scene, pair, links[pair], counts, ledger);
}

void PoolDetector::count(const Scene& scene, const Pair& pair, Counts& counts) {
  counts.clear();
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& direction = direction_from(scene, pair, i);
    if (direction.says != Direction::Says::lists) continue;
    const auto now = scene.view(lister_at(pair, i)).routez->body->now;
    for (const auto& one : direction.connections) {
      auto& count = entry_of(counts, one.account);
      ++count.listed[i];
      if (now - one.start >= settling) ++count.settled[i];
      if (!count.newest[i] || *count.newest[i] < one.start) count.newest[i] = one.start;
    }
  }
}

void PoolDetector::judge(const Scene& scene, const Pair& pair, Link& link, Counts& counts, Ledger& ledger) {
  Setup setup;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& run = scene.fleet[lister_at(pair, i)].run;
    setup.runs[i] = run.id;
    setup.loaded[i] = run.config_load_time.value_or(Time{});
  }
  if (link.setup != setup) {
    link.setup = setup;
    for (auto& [name, account] : link.accounts) {
      account.most = 0;
      account.short_since.reset();
    }
  }
  count(scene, pair, counts);
  const auto plan = planned(scene.fleet, pair);
  if (plan.pool > 0) entry_of(counts, Interned());
  if (!plan.system_account.empty()) entry_of(counts, plan.system_account);
  for (const auto& [name, account] : link.accounts) entry_of(counts, name);
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [name, one] : counts)
    judge(scene, pair, name, one, plan.of(name), link.accounts[name], ledger);
}

void PoolDetector::judge(const Scene& scene, const Pair& pair, Interned name, const Count& count,
                         std::size_t planned, Account& account, Ledger& ledger) {
  std::optional<std::size_t> fewest;  // the end that lists the fewest
  std::size_t expected = std::max(planned, account.most);
  for (std::size_t i = 0; i < 2; ++i) {
    if (direction_from(scene, pair, i).says != Direction::Says::lists) continue;
    if (!fewest || count.listed[i] < count.listed[*fewest]) fewest = i;
    expected = std::max(expected, count.settled[i]);
    account.most = std::max(account.most, count.settled[i]);
  }
  const auto& seen = *direction_from(scene, pair, *fewest).listed;
  const auto subject = [&] {
    return Subject::pair_of(Kind::route_pool_degraded, pair.first, pair.second, name);
  };
  if (count.listed[*fewest] >= expected) {
    // Whoever told of the lack must tell of its end.
    if (account.short_since && direction_from(scene, pair, account.short_end).says != Direction::Says::lists)
      return;
    account.short_since.reset();
    account.whole = seen;
    if (std::exchange(account.open, false)) ledger.clears(subject(), seen);
    return;
  }
  const auto now = scene.view(lister_at(pair, *fewest)).routez->body->now;
  const auto& newest = count.newest[*fewest];
  const bool renewed =
      newest && (account.short_end == *fewest ? *newest > account.short_now : now - *newest < settling);
  if (!account.short_since || (renewed && !account.open)) {
    account.short_since = seen;
    account.short_end = *fewest;
    account.short_now = now;
  }
  if (seen.asked - account.short_since->answered < settling && !account.open) return;

  const auto& server = scene.fleet[lister_at(pair, *fewest)];
  const bool fresh = !ledger.open(subject());
  auto& finding = ledger.holds(subject(), seen).finding;
  account.open = true;
  if (fresh) {
    Bracket{account.whole, *account.short_since}.tell_beginning(finding);
    finding.severity = Severity::warning;
    finding.proof.push_back(
        evidence(*account.short_since, scene.fleet[lister_at(pair, account.short_end)], "/routes"));
    finding.proof.push_back(evidence(seen, server, "/routes"));
  }
  if (!finding.details.contains("connections") || count.listed[*fewest] < finding.details["connections"]) {
    finding.details["seen_from"] = server.name;
    finding.details["connections"] = count.listed[*fewest];
    finding.details["expected"] = expected;
    auto& fewer_than = finding.details["fewer_than"] = nlohmann::ordered_json::array();
    const auto other = count.listed[1 - *fewest];
    if (planned > count.listed[*fewest]) fewer_than.push_back(name.empty() ? "pool_size" : "system_account");
    if (other > count.listed[*fewest]) fewer_than.push_back("other_end");
    if (account.most > count.listed[*fewest]) fewer_than.push_back("before");
  }
}

}  // namespace natsrec
