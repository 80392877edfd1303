#include "analyzer/commands/inventory.hpp"

#include <algorithm>
#include <map>

namespace natsrec {
namespace {

LinkState link_state(LaneState state) {
  switch (state) {
    case LaneState::up:
      return LinkState::up;
    case LaneState::down:
      return LinkState::down;
    case LaneState::one_sided:
      return LinkState::one_sided;
    default:
      return LinkState::unknown;
  }
}

}  // namespace

Mesh mesh_of(const Replay& replay) {
  const auto& fleet = replay.fleet();
  std::map<std::string, MeshCluster> clusters;
  for (const auto& standing : replay.standings()) {
    const auto& server = fleet[standing.server];
    if (server.absorbed || server.left) continue;
    auto& cluster = clusters[server.cluster];
    switch (standing.kind) {
      case LaneKind::server:
        cluster.servers.push_back(
            {server.name, server.run.version, fleet.targets_of(standing.server), standing.state});
        break;
      case LaneKind::route:
        if (!fleet[standing.peer].absorbed && !fleet[standing.peer].left)
          cluster.routes.push_back({server.name, fleet[standing.peer].name, link_state(standing.state)});
        break;
      case LaneKind::gateway:
        cluster.gateways.push_back({server.name, standing.remote, link_state(standing.state)});
        break;
    }
  }
  Mesh mesh{replay.last(), {}};
  for (auto& [name, cluster] : clusters) {
    cluster.name = name;
    std::sort(cluster.servers.begin(), cluster.servers.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    mesh.clusters.push_back(std::move(cluster));
  }
  return mesh;
}

}  // namespace natsrec
