#include "tests/oracle/analyzed.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec::oracle {
namespace {

using namespace std::chrono_literals;
constexpr auto half_a_request = 1ms;
constexpr std::array names{"a1", "a2", "a3", "a4"};
constexpr std::array ids{"N1", "N2", "N3", "N4"};

std::size_t index(int server) { return static_cast<std::size_t>(server); }

const Deployment& deployment(int servers) {
  static const auto all = [] {
    std::array<Deployment, most_servers + 1> result;
    for (std::size_t size = 0; size < result.size(); ++size) {
      result.at(size).interval = 10s;
      result.at(size).clusters.push_back({"east", {}, {}});
      for (std::size_t one = 0; one < size; ++one) {
        result.at(size).clusters.front().members.emplace_back(names.at(one));
        result.at(size).targets.push_back(
            {names.at(one), std::string("http://") + names.at(one) + ":8222", ""});
      }
    }
    return result;
  }();
  return all.at(index(servers));
}

Varz varz(std::size_t one, Time now) {
  Varz body;
  body.server_id = ids.at(one);
  body.server_name = names.at(one);
  body.version = "2.14.5";
  body.start = body.config_load_time = *parse_time("2025-12-31T00:00:00Z");
  body.now = now;
  body.cluster = "east";
  body.system_account = "$SYS";
  return body;
}

Routez routez(std::size_t one, const Word& word) {
  Routez body;
  body.server_id = ids.at(one);
  body.server_name = names.at(one);
  body.now = word.at;
  for (std::size_t other = 0; other < names.size(); ++other) {
    const auto& listing = word.of.at(other);
    if (listing.connection == 0) continue;
    auto& route = body.routes.emplace_back();
    route.rid = static_cast<std::uint64_t>(listing.connection);
    route.remote_id = ids.at(other);
    route.remote_name = names.at(other);
    route.start = listing.start;
    route.index = body.routes.size() - 1;
  }
  return body;
}

template <class T>
Answer<T> answer(const Sighting& seen, std::optional<T> body) {
  Answer<T> result{seen, 200, std::nullopt, std::move(body), true};
  if (result.body) return result;
  result.status.reset();
  result.failure = {FailureClass::timeout, ""};
  return result;
}

/// `told`: who gave a /varz already. Once is enough to be known, and saves the time for making it.
Observation observation(int servers, bool only_routes, std::int64_t epoch, const Round& round,
                        std::array<bool, most_servers>& told) {
  Observation result;
  result.epoch = epoch;
  result.started = round.started - half_a_request;
  for (int server = 0; server < servers; ++server) {
    const auto one = index(server);
    const auto& word = round.by.at(one);
    auto& target = result.targets.emplace_back();
    target.target = names.at(one);
    const auto seen = [&](Endpoint endpoint) {
      return Sighting{epoch, word.at - half_a_request, word.at + half_a_request, target.target, endpoint};
    };
    const bool alive = word.answered || only_routes;
    if (!word.answered || !told.at(one))
      target.varz =
          answer<Varz>(seen(Endpoint::varz), alive ? std::optional(varz(one, word.at)) : std::nullopt);
    told.at(one) = told.at(one) || alive;
    target.routez = answer<Routez>(seen(Endpoint::routez),
                                   word.answered ? std::optional(routez(one, word)) : std::nullopt);
    target.healthz =
        answer<Healthz>(seen(Endpoint::healthz), alive ? std::optional(Healthz{true, {}}) : std::nullopt);
    result.ended = std::max(result.ended, word.at + half_a_request);
  }
  return result;
}

bool compared(Kind kind) {
  return kind == Kind::route_down || kind == Kind::route_one_sided || kind == Kind::route_reconnected ||
         kind == Kind::route_flapping || kind == Kind::cluster_partitioned;
}

}  // namespace

Analyzed::Analyzed(const History& history) : servers_(history.servers), only_routes_(history.only_routes) {}

void Analyzed::step(const Round& round) {
  started_.push_back(round.started - half_a_request);
  const auto number = static_cast<std::int64_t>(started_.size());
  const auto seen = observation(servers_, only_routes_, number, round, told_);
  replay_.step({number, seen.started, seen.ended, 10s, 1, {}}, seen, &deployment(servers_));
}

int Analyzed::round_of(Time time) const {
  return static_cast<int>(std::upper_bound(started_.begin(), started_.end(), time) - started_.begin());
}

Analyzed::Bracket Analyzed::rounds(const Moment& moment) const {
  return {moment.after ? round_of(*moment.after) : 0, round_of(moment.by)};
}

std::vector<Verdict> Analyzed::verdicts() const {
  std::vector<Verdict> result;
  const auto server = [](ServerRef ref) { return ref == nobody ? -1 : static_cast<int>(ref); };
  for (const auto& record : replay_.ledger().records()) {
    const auto& subject = record.subject;
    const auto& finding = record.finding;
    if (!compared(subject.kind)) continue;
    const auto [after, by] = rounds(finding.began);
    const auto ended = finding.ended ? rounds(*finding.ended) : Bracket{};
    Verdict verdict{subject.kind, server(subject.server),   server(subject.peer), after, by, ended.after,
                    ended.by,     finding.count.value_or(0)};
    if (subject.kind == Kind::route_flapping) verdict.after = verdict.by = 0;
    result.push_back(verdict);
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string Analyzed::flaws() const {
  std::string result;
  for (const auto& record : replay_.ledger().records()) {
    const auto& finding = record.finding;
    if (!compared(record.subject.kind)) continue;
    const auto check = [&](const Moment& moment, const std::vector<std::int64_t>& epochs, const char* which) {
      const auto [after, by] = rounds(moment);
      std::vector<std::int64_t> bracket;
      if (after) bracket.push_back(after);
      bracket.push_back(by);
      if (epochs != bracket)
        result += fmt::format("  {} of {}: the bracket lies in rounds {}..{}, its epochs are {}\n", which,
                              info(finding.kind).name, after, by, fmt::join(epochs, ".."));
      if (moment.exact && (*moment.exact > moment.by || (moment.after && *moment.exact < *moment.after)))
        result += fmt::format("  {} of {}: exact lies out of its bracket\n", which, info(finding.kind).name);
    };
    check(finding.began, finding.epochs, "begin");
    if (finding.ended) check(*finding.ended, finding.ended_epochs, "end");
  }
  return result;
}

}  // namespace natsrec::oracle
