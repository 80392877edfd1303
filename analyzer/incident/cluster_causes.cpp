// What takes a whole cluster: its death, and its falling apart.
#include "analyzer/incident/advice.hpp"
#include "analyzer/incident/phrases.hpp"
#include "analyzer/incident/rules.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

namespace natsrec {
namespace {

/// Its own targets tell: every member was down at once.
void cluster_dead(const Case& c, Causes& causes) {
  const auto* outage = c.outage();
  if (!outage) return;
  const auto lost = c.of(Kind::gateway_down);
  auto downs = c.of(Kind::server_down);
  std::erase_if(downs, [&](const auto* record) { return record->finding.cluster != outage->cluster; });
  if (downs.size() < 2 && lost.empty()) return;
  auto cause =
      make_cause("remote_cluster_down", "certain",
                 fmt::format("Every member of cluster {} was down at once ({}), so nothing was left to "
                             "connect to.",
                             outage->cluster, subjects(downs)),
                 downs);
  prove(cause, lost);
  for (const auto* down : downs) advise(cause, look_at_server(c.fleet(), down->subject.server));
  causes.push_back(std::move(cause));
}

/// Nobody asks the remote cluster itself, but two others or more lost it.
void lost_by_many(const Case& c, Causes& causes) {
  std::map<std::string, Records> by_remote;
  for (const auto* record : c.graver(Kind::gateway_down)) by_remote[record->subject.remote].push_back(record);
  for (const auto& [remote, lost] : by_remote) {
    std::set<std::string> clusters;
    for (const auto* record : lost)
      if (record->finding.details.value("scope", std::string()) == "cluster")
        clusters.insert(record->finding.cluster);
    if (clusters.size() < 2 || c.seen_alive(remote)) continue;
    auto cause = make_cause("remote_cluster_down", "likely",
                            fmt::format("Clusters {} all lost {}, and nothing of it gave a sign of life.",
                                        fmt::join(clusters, " and "), remote),
                            lost);
    for (const auto* record : lost) advise(cause, look_at_gateway(c.fleet(), record->subject.server, remote));
    causes.push_back(std::move(cause));
  }
}

/// The one server that stands alone, where everybody else is together.
std::optional<std::string> isolated(const Record& split) {
  const auto& islands = split.finding.details["islands"];
  if (islands.size() != 2 || split.touches.size() <= 2) return std::nullopt;
  for (const auto& island : islands)
    if (island.size() == 1) return island[0].get<std::string>();
  return std::nullopt;
}

void splits(const Case& c, Causes& causes) {
  for (const auto* split : c.graver(Kind::cluster_partitioned)) {
    const auto& cluster = split->finding.cluster;
    const auto alone = isolated(*split);
    auto cause =
        alone
            ? make_cause("server_isolated", "certain",
                         fmt::format("{}/{} is alive and lists none of its peers, and none of them lists it; "
                                     "the others still see each other.",
                                     cluster, *alone),
                         {split})
            : make_cause("cluster_split", "certain",
                         fmt::format("Cluster {} fell apart into {}: within each group servers see each "
                                     "other, and no pair across them has a route, while both ends live.",
                                     cluster, listed(split->finding.details["islands"])),
                         {split});
    advise_routes(c, cause, c.graver(Kind::route_down));
    causes.push_back(std::move(cause));
  }
}

}  // namespace

void cluster_causes(const Case& c, Causes& causes) {
  cluster_dead(c, causes);
  if (causes.empty()) lost_by_many(c, causes);
  splits(c, causes);
}

}  // namespace natsrec
