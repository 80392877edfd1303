#include "analyzer/incident/causes.hpp"

#include <fmt/ranges.h>

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
  clusters.erase(std::string());
  if (clusters.empty()) return fmt::format("{} servers {}", servers.size(), many);
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

/// What happened to gateways: "east/a1 lost west", "3 servers of east lost west".
std::string told_gateways(const std::vector<const Record*>& records, const char* verb = "lost") {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> lost;
  for (const auto* record : records)
    lost[{record->finding.cluster, record->finding.remote_cluster}].insert(record->finding.server);
  std::string result;
  for (const auto& [way, servers] : lost) {
    if (!result.empty()) result += ", ";
    result += servers.size() == 1
                  ? fmt::format("{}/{} {} {}", way.first, *servers.begin(), verb, way.second)
                  : fmt::format("{} servers of {} {} {}", servers.size(), way.first, verb, way.second);
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
  links(Kind::route_down, "down") || links(Kind::route_one_sided, "one-sided") ||
      links(Kind::route_silent, "silent");
  links(Kind::route_flapping, "flapping") || links(Kind::route_reconnected, "dropped and re-established");
  links(Kind::route_pool_degraded, "short of connections");
  links(Kind::route_rtt_high, "slow");
  if (!lost.empty()) add(lost, told_gateways(lost));
  const auto gateways = [&](Kind kind, const char* verb) {
    if (const auto records = c.graver(kind); !records.empty()) add(records, told_gateways(records, verb));
  };
  gateways(Kind::gateway_never_connected, "never reached");
  gateways(Kind::gateway_flapping, "keeps losing");
  gateways(Kind::gateway_rtt_high, "is far from");
  gateways(Kind::gateway_name_mismatch, "finds another name behind");
  servers(Kind::server_not_ready, "is not ready", "are not ready");
  if (const auto missing = c.graver(Kind::meta_leader_missing); !missing.empty())
    add(missing, "JetStream had no meta leader");
  else
    servers(Kind::jetstream_unhealthy, "reported JetStream unhealthy", "reported JetStream unhealthy");
  servers(Kind::restart_loop, "restarts again and again", "restart again and again");
  servers(Kind::rollout_unsafe, "was taken down too early", "were taken down too early");
  servers(Kind::link_backlog, "has a link backed up", "have links backed up");
  servers(Kind::duplicate_name, "shares its name", "share a name");
  servers(Kind::certificate_expiring, "has a certificate that expires", "have certificates that expire");
  servers(Kind::leafnode_down, "lost a leafnode", "lost leafnodes");
  if (const auto differ = c.graver(Kind::cluster_name_mismatch); !differ.empty())
    add(differ, told(differ, "has another cluster name than its peers", "differ in their cluster name"));
  if (const auto differ = c.graver(Kind::gateway_config_mismatch); !differ.empty())
    add(differ, fmt::format("Members of {} differ in their gateways", differ.front()->finding.cluster));
  if (parts.empty()) servers(Kind::route_count_low, "misses peers", "miss peers");
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string title;
  for (const auto& [first, text] : parts) title += (title.empty() ? "" : "; ") + text;
  return title.empty() ? "Something broke" : title;
}

}  // namespace natsrec
