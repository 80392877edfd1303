#include "analyzer/incident/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace natsrec {
namespace {

std::string display(const Finding& finding, const std::string& name) {
  return finding.cluster.empty() ? name : finding.cluster + "/" + name;
}

/// What happened to the servers of one kind of finding: "east/a1 is unreachable", "27 servers of east lost
/// eu".
std::string told(const std::vector<const Record*>& records, const char* one, const char* many) {
  std::set<std::string> servers, clusters;
  for (const auto* record : records) {
    servers.insert(display(record->finding, record->finding.server));
    clusters.insert(record->finding.cluster);
  }
  if (servers.size() == 1) return fmt::format("{} {}", *servers.begin(), one);
  return fmt::format("{} servers of {} {}", servers.size(), fmt::join(clusters, " and "), many);
}

std::string told_links(const std::vector<const Record*>& records, const char* what) {
  const auto& first = records.front()->finding;
  std::set<std::pair<std::string, std::string>> links;
  for (const auto* record : records) links.insert({record->finding.server, record->finding.peer});
  if (links.size() == 1)
    return fmt::format("Route {} – {} {}", display(first, first.server), display(first, first.peer), what);
  return fmt::format("{} routes of {} {}", links.size(), first.cluster, what);
}

std::string told_gateways(const std::vector<const Record*>& records) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> lost;
  for (const auto* record : records)
    lost[{record->finding.cluster, record->finding.remote_cluster}].insert(record->finding.server);
  std::string result;
  for (const auto& [way, servers] : lost) {
    if (!result.empty()) result += ", ";
    result += servers.size() == 1
                  ? fmt::format("{}/{} lost {}", way.first, *servers.begin(), way.second)
                  : fmt::format("{} servers of {} lost {}", servers.size(), way.first, way.second);
  }
  return result;
}

}  // namespace

std::string title_of(const Case& c, const Cause& cause) {
  const auto lost = c.graver(Kind::gateway_down);
  if (cause.cause == "remote_cluster_down" && c.outage()) {
    auto title = fmt::format("Cluster {} was down", c.outage()->cluster);
    return lost.empty() ? title : title + "; " + told_gateways(lost);
  }
  if (const auto split = c.graver(Kind::cluster_partitioned); !split.empty())
    return cause.cause == "server_isolated"
               ? fmt::format("A server of cluster {} was cut off", split.front()->finding.cluster)
               : fmt::format("Cluster {} was split", split.front()->finding.cluster);
  // In the order in which things began.
  std::vector<std::pair<Time, std::string>> parts;
  const auto add = [&](const std::vector<const Record*>& records, std::string text) {
    Time first = Time::max();
    for (const auto* record : records) first = std::min(first, record->finding.began.by);
    parts.emplace_back(first, std::move(text));
  };
  const auto downs = c.graver(Kind::server_down);
  const auto restarts = c.graver(Kind::server_restarted);
  if (!downs.empty()) {
    const bool drained = downs.front()->finding.details.value("lame_duck", false);
    const bool back = !restarts.empty();
    add(downs, told(downs,
                    drained ? "was drained and exited"
                    : back  ? "went down and came back"
                            : "went down",
                    drained ? "were drained and exited"
                    : back  ? "went down and came back"
                            : "went down"));
  } else if (!restarts.empty()) {
    add(restarts, told(restarts, "was restarted", "were restarted"));
  }
  const auto servers = [&](Kind kind, const char* one, const char* many) {
    if (const auto records = c.graver(kind); !records.empty()) add(records, told(records, one, many));
  };
  const auto links = [&](Kind kind, const char* what) {
    const auto records = c.graver(kind);
    if (!records.empty()) add(records, told_links(records, what));
    return !records.empty();
  };
  servers(Kind::monitor_unreachable, "stopped answering", "stopped answering");
  links(Kind::route_down, "down") || links(Kind::route_one_sided, "one-sided");
  links(Kind::route_flapping, "flapping") || links(Kind::route_reconnected, "dropped and re-established");
  if (!lost.empty()) add(lost, told_gateways(lost));
  servers(Kind::server_not_ready, "is not ready", "are not ready");
  servers(Kind::jetstream_unhealthy, "reported JetStream unhealthy", "reported JetStream unhealthy");
  if (parts.empty()) servers(Kind::route_count_low, "misses peers", "miss peers");
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string title;
  for (const auto& [first, text] : parts) title += (title.empty() ? "" : "; ") + text;
  return title.empty() ? "Something broke" : title;
}

}  // namespace natsrec
