// Why routes broke while their servers lived.
#include "analyzer/incident/advice.hpp"
#include "analyzer/incident/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

Records lost_routes(const Case& c) {
  auto lost = c.graver(Kind::route_down);
  for (const auto kind : {Kind::route_one_sided, Kind::route_silent}) {
    const auto more = c.graver(kind);
    lost.insert(lost.end(), more.begin(), more.end());
  }
  return lost;
}

/// A route URL that left the configuration at a reload: that route is closed and not dialled again.
void unconfigured(const Case& c, Causes& causes) {
  for (const auto* reload : c.anywhere(Kind::config_reloaded)) {
    const auto removed = reload->finding.details.find("route_urls_removed");
    if (removed == reload->finding.details.end() || removed->empty()) continue;
    auto lost = c.graver(Kind::route_down);
    std::erase_if(lost, [&](const auto* route) {
      const bool its_own =
          route->subject.server == reload->subject.server || route->subject.peer == reload->subject.server;
      return !its_own || !together(route->finding, reload->finding, std::chrono::seconds(60));
    });
    if (lost.empty()) continue;
    Records proof{reload};
    proof.insert(proof.end(), lost.begin(), lost.end());
    causes.push_back(
        make_cause("route_unconfigured", "likely",
                   fmt::format("{} lost {} from its route URLs at a reload, and its route went with "
                               "it.",
                               display(*reload), removed->front().get<std::string>()),
                   proof));
  }
}

void cuts(const Case& c, Causes& causes) {
  auto lost = lost_routes(c);
  // Those of a server that is down or silent are told there.
  std::erase_if(lost, [&](const auto* route) {
    for (const auto kind : {Kind::server_down, Kind::monitor_unreachable})
      for (const auto* gone : c.of(kind))
        if ((gone->subject.server == route->subject.server || gone->subject.server == route->subject.peer) &&
            together(gone->finding, route->finding))
          return true;
    return false;
  });
  if (lost.empty() || c.has(Kind::cluster_partitioned)) return;
  const bool both = std::all_of(lost.begin(), lost.end(), [](const auto* route) {
    return route->subject.kind == Kind::route_down && route->finding.details["seen_from"].size() == 2;
  });
  std::set<std::pair<ServerRef, ServerRef>> links;
  for (const auto* route : lost) links.emplace(route->subject.server, route->subject.peer);
  auto cause =
      make_cause("network_cut", both ? "likely" : "possible",
                 fmt::format("{} while the servers at both ends live and are ready: {}.",
                             links.size() == 1 ? "A route is missing"
                                               : fmt::format("{} routes are missing", links.size()),
                             both ? "both ends lack it" : "one end alone says so, or nothing comes through"),
                 lost);
  advise_routes(c, cause, lost);
  causes.push_back(std::move(cause));
}

/// A server cuts off a route that does not take what it is sent.
void too_slow(const Case& c, Causes& causes) {
  auto backed_up = c.of(Kind::link_backlog);
  std::erase_if(backed_up,
                [](const auto* record) { return record->finding.details.value("slow_consumers", 0) <= 0; });
  if (backed_up.empty()) return;
  auto cause =
      make_cause("slow_consumer", "likely",
                 fmt::format("{} counted slow consumers among its routes or gateways: what it sent was "
                             "not taken in time, so it closed the connection.",
                             subjects(backed_up)),
                 backed_up);
  for (const auto* record : backed_up) advise(cause, look_at_server(c.fleet(), record->subject.server));
  causes.push_back(std::move(cause));
}

void blips(const Case& c, Causes& causes) {
  Records renewed = c.graver(Kind::route_reconnected);
  std::set<std::pair<ServerRef, ServerRef>> links;
  for (const auto* record : renewed) links.emplace(record->subject.server, record->subject.peer);
  if (links.size() < 3) return;
  auto cause = make_cause(
      "common_cause_blip", "likely",
      fmt::format("{} routes were renewed in one instant while every server lived on.", links.size()),
      renewed);
  advise_routes(c, cause, renewed);
  causes.push_back(std::move(cause));
}

}  // namespace

void route_causes(const Case& c, Causes& causes) {
  const auto before = causes.size();
  unconfigured(c, causes);
  if (causes.size() == before) cuts(c, causes);
  too_slow(c, causes);
  blips(c, causes);
}

}  // namespace natsrec
