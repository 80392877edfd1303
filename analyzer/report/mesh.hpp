#pragma once
#include "analyzer/report/terminal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// `servers`: who is there, and the mesh as a matrix. A plain picture of one moment; whoever knows the state
/// fills it.
namespace natsrec {

enum class LinkState : std::uint8_t { up, down, one_sided, unknown };
std::string_view name(LinkState state);

struct MeshServer {
  std::string name;     ///< within its cluster
  std::string version;  ///< empty: never told
  std::vector<std::string> targets;
  LaneState state = LaneState::unknown;
};
struct MeshRoute {
  std::string server, peer;  ///< names of servers of the cluster, either order
  LinkState state = LinkState::unknown;
};
struct MeshGateway {
  std::string server, remote_cluster;
  LinkState state = LinkState::unknown;
};
struct MeshCluster {
  std::string name;                   ///< empty: servers of no cluster
  std::vector<MeshServer> servers;    ///< in byte order of their names
  std::vector<MeshRoute> routes;      ///< pairs that are missing are unknown
  std::vector<MeshGateway> gateways;  ///< pairs that are missing are no gateway
};
struct Mesh {
  std::optional<Time> at;  ///< the epoch shown
  std::vector<MeshCluster> clusters;
};

/// `servers` for a terminal. Matrices wider than the terminal are printed in blocks of columns.
std::string mesh_text(const Mesh& mesh, const TextOptions& options = {});
/// `servers --format json`: {"schema":1,"generator","at":RFC
/// 3339|null,"clusters":[{"cluster","servers":[{"server",
/// "version","targets","state"}],"routes":[{"server","peer","state"}],"gateways":[{"server","remote_cluster","state"}]}]};
/// server < peer, every pair of a cluster once.
std::string mesh_json(const Mesh& mesh);

}  // namespace natsrec
