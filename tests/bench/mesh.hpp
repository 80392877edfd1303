#pragma once
#include "tests/bench/random.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The servers behind a corpus and how they move on from epoch to epoch. Times are nanoseconds since 1970, as
/// in nats-server.
namespace natsrec::bench {

inline constexpr int cluster_size = 9;
inline constexpr int clusters_per_group = 3;  ///< joined by gateways
inline constexpr int pool_size = 4;           ///< three pooled connections and one for the system account
inline constexpr std::int64_t second_ns = 1'000'000'000;

struct Server {
  std::string id, name, ip;
  int cluster = 0;
  std::int64_t start = 0;
  std::uint64_t next_cid = 5;
  std::int64_t polls = 0;
  std::int64_t mem = 0, cpu = 0, clients = 0, total_clients = 0, client_msgs = 0, client_bytes = 0;
  bool up = true, reachable = true, ready = true;
};

/// One TCP session. [0] is what flows to the dialler, [1] what flows to the one that was dialled.
struct Connection {
  bool up = false;
  int dialler = 0, dialled = 0;
  int port = 0;  ///< the dialler's
  std::int64_t start = 0, last_activity = 0;
  std::array<std::uint64_t, 2> cid{};
  std::array<std::int64_t, 2> msgs{}, bytes{}, rtt{};
  std::array<std::int64_t, 2> rate{};  ///< messages a minute
  std::int64_t message_size = 0;
  std::int64_t subscriptions = 0;
};

using Pool = std::array<Connection, pool_size>;

class Mesh {
 public:
  Mesh(int servers, std::uint64_t seed, std::int64_t now);

  /// Lets the traffic of one interval flow.
  void advance(std::int64_t now, std::int64_t interval);

  void stop(int server);
  void start(int server, std::int64_t now);
  void cut_route(int a, int b);
  void join_route(int a, int b, std::int64_t now);
  void cut_gateway(int server, int cluster);
  void join_gateway(int server, int cluster, std::int64_t now);

  int size() const { return static_cast<int>(servers_.size()); }
  int clusters() const { return (size() + cluster_size - 1) / cluster_size; }
  std::vector<int> members(int cluster) const;
  std::vector<int> remote_clusters(int cluster) const;
  Server& server(int index) { return servers_[static_cast<std::size_t>(index)]; }
  const Server& server(int index) const { return servers_[static_cast<std::size_t>(index)]; }
  /// Sessions of a server with members of its cluster.
  std::vector<const Connection*> routes(int server) const;
  const Connection* outbound(int server, int cluster) const;
  std::vector<const Connection*> inbound(int server, int cluster) const;
  Random& random() { return random_; }

 private:
  void open(Connection& connection, int dialler, int dialled, std::int64_t now);
  void flow(Connection& connection, std::int64_t now, std::int64_t interval);
  std::string new_id();

  Random random_;
  std::vector<Server> servers_;
  std::map<std::pair<int, int>, Pool> routes_;          ///< by servers, the lower first
  std::map<std::pair<int, int>, Connection> gateways_;  ///< by server and remote cluster
};

}  // namespace natsrec::bench
