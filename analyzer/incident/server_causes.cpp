// Why servers went, came back, fell silent or are not what they seem.
#include "analyzer/incident/advice.hpp"
#include "analyzer/incident/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

bool lists_something(const Record& record, const char* key) {
  const auto found = record.finding.details.find(key);
  return found != record.finding.details.end() && !found->empty();
}

/// A port that is taken, an unreadable certificate, a store it may not write: nats-server says so and exits,
/// so what shows is starts that do not last. Returns whose: their deaths are no causes beside that.
std::set<ServerRef> failing_starts(const Case& c, Causes& causes) {
  std::set<ServerRef> whose;
  for (const auto* loop : c.graver(Kind::restart_loop)) {
    const auto downs = about(c.of(Kind::server_down), loop->subject.server);
    const auto refused = std::find_if(downs.begin(), downs.end(),
                                      [](const auto* down) { return answer_of(*down) == "refused"; });
    if (refused == downs.end()) continue;
    Records proof{*refused, loop};  // there may be more starts than there is room for
    proof.insert(proof.end(), downs.begin(), downs.end());
    auto cause =
        make_cause("listener_not_ready", "likely",
                   display(*loop) +
                       " started again and again and never lasted, and its host refused connections in "
                       "between: a port that is taken, a certificate or a store that cannot be used is "
                       "fatal at start.",
                   proof);
    advise(cause, look_at_server(c.fleet(), loop->subject.server));
    causes.push_back(std::move(cause));
    whose.insert(loop->subject.server);
  }
  return whose;
}

Cause drained(const Case& c, const Record& down, Records proof) {
  auto signs = about(c.of(Kind::server_not_ready), down.subject.server);
  signs.insert(signs.end(), proof.begin(), proof.end());
  return make_cause(
      "lame_duck", "certain",
      display(down) +
          " closed its client listener while its routes were whole, and then exited: it was told "
          "to drain.",
      signs);
}

Cause died(const Record& down, bool back, const Records& proof) {
  const bool witnessed = lists_something(down, "lost_by");
  return make_cause("process_down", back && witnessed ? "certain" : "likely",
                    display(down) + "'s host refused the connection: the host lived and nobody listened" +
                        (witnessed ? "; its peers lost it at the same time" : "") +
                        (back ? "; it came back as a new process." : "."),
                    proof);
}

void deaths(const Case& c, const std::set<ServerRef>& explained, Causes& causes) {
  for (const auto* down : c.graver(Kind::server_down)) {
    const auto ref = down->subject.server;
    if (explained.contains(ref)) continue;
    auto restarts = about(c.of(Kind::server_restarted), ref);
    std::erase_if(restarts, [&](const auto* r) { return r->finding.began.by < down->finding.began.by; });
    const bool back = !restarts.empty();
    Records proof{down};
    if (back) proof.push_back(restarts.front());
    Cause cause;
    if (down->finding.details.value("lame_duck", false))
      cause = drained(c, *down, proof);
    else if (back && restarts.front()->finding.details.value("version_changed", false))
      cause = make_cause("upgrade", "certain", display(*down) + " came back with another version.", proof);
    else if (answer_of(*down) == "refused")
      cause = died(*down, back, proof);
    else
      cause = make_cause("frozen_or_host_down", "likely",
                         display(*down) +
                             " did not answer in time, and its peers lost it: the process is frozen, or its "
                             "host or the way to it is gone.",
                         proof);
    advise(cause, look_at_server(c.fleet(), ref));
    causes.push_back(std::move(cause));
  }
}

void restarts(const Case& c, Causes& causes) {
  for (const auto* restart : c.graver(Kind::server_restarted)) {
    if (!about(c.of(Kind::server_down), restart->subject.server).empty()) continue;
    auto cause = make_cause(
        "restart", "certain",
        display(*restart) + " is a new process: its id and start changed between two epochs.", {restart});
    advise(cause, look_at_server(c.fleet(), restart->subject.server));
    causes.push_back(std::move(cause));
  }
}

/// What the collector's own failure for a host says is possible at most: it may be the collector's trouble.
std::optional<Cause> collectors_trouble(const Record& unseen) {
  const auto who = display(unseen);
  const auto answer = answer_of(unseen);
  if (answer == "dns")
    return make_cause("dns_failure", "possible",
                      "The collector could not resolve the name of " + who + "'s host.", {&unseen});
  if (answer == "tls")
    return make_cause("tls_failure", "possible", "The collector got no TLS session with " + who + ".",
                      {&unseen});
  if (const auto status = unseen.finding.details.value("status", 0); status == 401 || status == 403)
    return make_cause("auth_failure", "possible",
                      fmt::format("{} answered the collector with HTTP {}: it was not let in.", who, status),
                      {&unseen});
  return std::nullopt;
}

Cause blocked(const Record& unseen) {
  const bool heard = lists_something(unseen, "heard_by");
  return make_cause(
      "monitor_blocked", "likely",
      fmt::format("Peers {} {} while its monitoring port {}.",
                  heard ? "still received messages from" : "still hold routes to", display(unseen),
                  answer_of(unseen) == "refused" ? "refuses connections" : "does not answer"),
      {&unseen});
}

Cause frozen(const Case& c, const Record& unseen) {
  // A frozen process takes others with it: who leaned on it lost a gateway, or the meta leader.
  const bool felt = c.has(Kind::gateway_down) || c.has(Kind::jetstream_unhealthy) ||
                    c.has(Kind::gateway_failover) || c.has(Kind::meta_leader_missing);
  auto cause =
      make_cause("frozen_or_host_down", felt ? "likely" : "possible",
                 display(unseen) + " accepts nothing and answers nothing on its monitoring port" +
                     (felt ? ", and what depended on it broke at the same time" : "") +
                     (lists_something(unseen, "still_listed_by")
                          ? "; its peers still list it, which proves little, since an idle route to a frozen "
                            "process stays listed."
                          : "."),
                 {&unseen});
  if (felt) prove(cause, c.of(Kind::gateway_down));
  return cause;
}

void silences(const Case& c, Causes& causes) {
  for (const auto* unseen : c.graver(Kind::monitor_unreachable)) {
    auto cause = collectors_trouble(*unseen);
    if (!cause) {
      const bool lives = answer_of(*unseen) == "refused" || lists_something(*unseen, "heard_by");
      cause = lives ? blocked(*unseen) : frozen(c, *unseen);
    }
    advise(*cause, look_at_server(c.fleet(), unseen->subject.server));
    causes.push_back(std::move(*cause));
  }
}

void names_twice(const Case& c, Causes& causes) {
  for (const auto* twice : c.graver(Kind::duplicate_name)) {
    auto cause =
        make_cause("duplicate_name", "certain",
                   fmt::format("Two living servers are called {}. A route or gateway between servers of "
                               "one name is refused.",
                               twice->finding.details.value("name", twice->finding.server)),
                   {twice});
    advise(cause, look_at_server(c.fleet(), twice->subject.server));
    causes.push_back(std::move(cause));
  }
}

/// New TLS sessions fail once a certificate has run out; those that stand go on.
void certificates(const Case& c, Causes& causes) {
  for (const auto* expiring : c.anywhere(Kind::certificate_expiring)) {
    const bool here = std::any_of(c.all().begin(), c.all().end(), [&](const auto* record) {
      return record == expiring || record->subject.server == expiring->subject.server ||
             record->subject.peer == expiring->subject.server;
    });
    const auto end = parse_time(expiring->finding.details.value("not_after", std::string()));
    if (!here || !end || *end > c.last()) continue;
    auto cause =
        make_cause("certificate_expired", *end <= c.first() ? "likely" : "possible",
                   fmt::format("{}'s certificate ran out at {}: connections that stand go on, new ones "
                               "fail.",
                               display(*expiring), format_time(*end)),
                   {expiring});
    advise(cause, look_at_server(c.fleet(), expiring->subject.server));
    causes.push_back(std::move(cause));
  }
}

}  // namespace

void server_causes(const Case& c, Causes& causes) {
  // Where a whole cluster went, or fell apart, each server's end is part of that and not a cause beside it.
  const bool told = !causes.empty();
  const auto never_up = failing_starts(c, causes);
  if (!told) deaths(c, never_up, causes);
  restarts(c, causes);
  silences(c, causes);
  names_twice(c, causes);
  certificates(c, causes);
}

}  // namespace natsrec
