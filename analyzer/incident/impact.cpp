#include "analyzer/incident/impact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

ServerImpact measure_from(const std::optional<Time>& near, const LoadLog& loads, Time began, Time ended) {
  ServerImpact impact;
  const auto put = [](Measured& measured, const std::optional<double>& value, bool before, bool during) {
    if (!value) return;
    if (before)
      measured.before = value;
    else if (during)
      measured.worst = measured.worst ? std::min(*measured.worst, *value) : *value;
    else if (!measured.after)
      measured.after = value;
  };
  loads.each(near, [&](const Load& load) {
    const bool before = load.at <= began, during = !before && load.at <= ended;
    put(impact.connections, static_cast<double>(load.connections), before, during);
    put(impact.subscriptions, static_cast<double>(load.subscriptions), before, during);
    put(impact.msgs_per_s, load.msgs_per_s, before, during);
    return !impact.connections.after || !impact.msgs_per_s.after;
  });
  return impact;
}

ServerImpact measure_server(const std::string& name, const LoadLog& loads, Time began, Time ended) {
  auto impact = measure_from(began, loads, began, ended);
  // Nothing to compare with near by: it may be further back.
  if (!impact.connections.before || !impact.msgs_per_s.before)
    impact = measure_from(std::nullopt, loads, began, ended);
  impact.server = name;
  return impact;
}

std::string joined(const std::set<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

std::set<std::string> servers_of(const std::vector<const Record*>& records) {
  std::set<std::string> names;
  for (const auto* record : records)
    names.insert(record->finding.cluster.empty() ? record->finding.server
                                                 : record->finding.cluster + "/" + record->finding.server);
  return names;
}

}  // namespace

std::string impact_of(const Case& c) {
  std::vector<std::string> sentences;
  if (const auto downs = c.graver(Kind::server_down); !downs.empty()) {
    const bool drained = std::all_of(downs.begin(), downs.end(), [](const auto* d) {
      return d->finding.details.value("lame_duck", false);
    });
    sentences.push_back(fmt::format("Clients of {} {}.", joined(servers_of(downs)),
                                    drained ? "were told to go elsewhere before it exited"
                                            : "lost their connections and had to find another server"));
  }
  if (const auto gateways = c.graver(Kind::gateway_down); !gateways.empty()) {
    std::set<std::string> remotes;
    for (const auto* record : gateways) remotes.insert(record->subject.remote);
    sentences.push_back(
        fmt::format("Clients of {} could not reach subscribers in cluster {}; requests across time out.",
                    joined(servers_of(gateways)), joined(remotes)));
  }
  if (const auto never = c.graver(Kind::gateway_never_connected); !never.empty())
    sentences.push_back(
        fmt::format("Clients of {} cannot reach subscribers behind a gateway that was never there.",
                    joined(servers_of(never))));
  if (!c.graver(Kind::route_down).empty() || !c.graver(Kind::route_silent).empty())
    sentences.push_back(
        "Clients of the servers at either end could not reach each other's subscribers: routes do not "
        "relay.");
  if (const auto renewed = c.graver(Kind::route_reconnected); !renewed.empty())
    sentences.push_back(
        "For as long as the route was gone, a second or so, clients at one end could not reach subscribers "
        "at the other.");
  if (!c.graver(Kind::route_pool_degraded).empty())
    sentences.push_back(
        "Messages of the accounts whose connection is missing did not cross that route; other accounts went "
        "on.");
  if (!c.graver(Kind::route_rtt_high).empty() || !c.graver(Kind::gateway_rtt_high).empty() ||
      !c.graver(Kind::link_backlog).empty())
    sentences.push_back(
        "What crossed the slow links came late; requests with short timeouts may have failed.");
  if (!c.graver(Kind::jetstream_unhealthy).empty() || !c.graver(Kind::meta_leader_missing).empty())
    sentences.push_back(
        "Without a meta leader no stream or consumer could be created or changed; existing ones go on while "
        "their own groups have a majority.");
  if (!c.graver(Kind::server_not_ready).empty())
    sentences.push_back("New client connections failed there; existing ones went on.");
  if (sentences.empty() && !c.graver(Kind::monitor_unreachable).empty())
    sentences.push_back(
        "Whether clients were affected is not known: only the monitoring port is known to be silent.");
  if (sentences.empty() && !c.graver(Kind::server_restarted).empty())
    sentences.push_back("Its clients lost their connections and had to reconnect.");
  return fmt::format("{}", fmt::join(sentences, " "));
}

std::vector<ServerImpact> measure(const Case& c, Time began, Time ended) {
  std::set<ServerRef> concerned;
  for (const auto* record : c.all()) {
    if (record->finding.severity == Severity::info) continue;
    for (const auto ref : {record->subject.server, record->subject.peer})
      if (ref != nobody) concerned.insert(ref);
  }
  std::vector<ServerImpact> result;
  for (const auto ref : concerned)
    if (const auto loads = c.replay().loads().find(ref); loads != c.replay().loads().end())
      result.push_back(measure_server(c.fleet()[ref].display(), loads->second, began, ended));
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.server < b.server; });
  return result;
}

}  // namespace natsrec
