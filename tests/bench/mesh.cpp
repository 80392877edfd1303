#include "tests/bench/mesh.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec::bench {

Mesh::Mesh(int servers, std::uint64_t seed, std::int64_t now) : random_(seed) {
  for (int i = 0; i < servers; ++i) {
    Server server;
    server.cluster = i / cluster_size;
    server.name = fmt::format("c{}-n{}", server.cluster, i % cluster_size);
    server.ip = fmt::format("10.{}.{}.{}", server.cluster / 250, server.cluster % 250, 11 + i % cluster_size);
    servers_.push_back(std::move(server));
  }
  for (int i = 0; i < servers; ++i) {
    servers_[static_cast<std::size_t>(i)].up = false;
    start(i, now - random_.between(1, 40) * 86400 * second_ns - random_.below(86400 * second_ns));
  }
}

std::string Mesh::new_id() {
  constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "N";
  while (id.size() < 56) id += base32[static_cast<std::size_t>(random_.below(32))];
  return id;
}

std::vector<int> Mesh::members(int cluster) const {
  std::vector<int> out;
  for (int i = cluster * cluster_size; i < std::min(size(), (cluster + 1) * cluster_size); ++i)
    out.push_back(i);
  return out;
}

std::vector<int> Mesh::remote_clusters(int cluster) const {
  std::vector<int> out;
  const int first = cluster / clusters_per_group * clusters_per_group;
  for (int i = first; i < std::min(clusters(), first + clusters_per_group); ++i)
    if (i != cluster) out.push_back(i);
  return out;
}

void Mesh::open(Connection& connection, int dialler, int dialled, std::int64_t now) {
  connection = {};
  connection.up = true;
  connection.dialler = dialler;
  connection.dialled = dialled;
  connection.port = static_cast<int>(random_.between(32768, 60999));
  connection.start =
      std::max({now, server(dialler).start, server(dialled).start}) + random_.below(second_ns / 20);
  connection.last_activity = connection.start + random_.below(second_ns / 100);
  connection.cid = {server(dialler).next_cid++, server(dialled).next_cid++};
  // From a message a second to thousands: what a deployment's accounts do is uneven.
  const std::int64_t magnitude = std::int64_t{60} << random_.between(0, 12);
  connection.rate = {magnitude + random_.below(magnitude), magnitude + random_.below(magnitude)};
  connection.message_size = random_.between(90, 1400);
  connection.subscriptions = random_.between(20, 900);
}

void Mesh::start(int index, std::int64_t now) {
  Server& server = servers_[static_cast<std::size_t>(index)];
  server = {new_id(), server.name, server.ip, server.cluster};
  server.start = now;
  server.mem = random_.between(60, 90) << 20;
  server.clients = random_.between(40, 200);
  server.total_clients = server.clients;
  for (const int peer : members(server.cluster)) join_route(index, peer, now);
  for (const int cluster : remote_clusters(server.cluster)) join_gateway(index, cluster, now);
  // Others that had found nobody here to dial.
  for (const int cluster : remote_clusters(server.cluster))
    for (const int other : members(cluster)) join_gateway(other, server.cluster, now);
}

void Mesh::stop(int index) {
  server(index).up = false;
  for (auto& [pair, pool] : routes_)
    if (pair.first == index || pair.second == index)
      for (Connection& connection : pool) connection.up = false;
  for (auto& [key, connection] : gateways_)
    if (connection.dialler == index || connection.dialled == index) connection.up = false;
}

void Mesh::cut_route(int a, int b) {
  for (Connection& connection : routes_[std::minmax(a, b)]) connection.up = false;
}

void Mesh::join_route(int a, int b, std::int64_t now) {
  if (a == b || !server(a).up || !server(b).up) return;
  for (Connection& connection : routes_[std::minmax(a, b)])
    if (!connection.up) open(connection, std::max(a, b), std::min(a, b), now);
}

void Mesh::cut_gateway(int index, int cluster) { gateways_[{index, cluster}].up = false; }

void Mesh::join_gateway(int index, int cluster, std::int64_t now) {
  Connection& connection = gateways_[{index, cluster}];
  if (connection.up || !server(index).up) return;
  std::vector<int> alive;
  for (const int member : members(cluster))
    if (server(member).up && !server(member).id.empty()) alive.push_back(member);
  if (alive.empty()) return;
  open(connection, index,
       alive[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(alive.size())))], now);
}

void Mesh::flow(Connection& connection, std::int64_t now, std::int64_t interval) {
  if (!connection.up) return;
  const std::int64_t seconds = interval / second_ns;
  for (std::size_t to = 0; to < 2; ++to) {
    const std::int64_t usual = std::max<std::int64_t>(1, connection.rate[to] * seconds / 60);
    const std::int64_t msgs = usual * 7 / 10 + random_.below(usual * 6 / 10 + 1);
    connection.msgs[to] += msgs;
    connection.bytes[to] += msgs * connection.message_size + random_.below(msgs * 16 + 1);
    // A route is pinged every half minute, so that each epoch sees another round trip.
    connection.rtt[to] =
        random_.between(120'000, 420'000) + (random_.below(40) == 0 ? random_.below(9'000'000) : 0);
  }
  const std::int64_t busy = connection.rate[0] + connection.rate[1];
  connection.last_activity = std::max(connection.last_activity,
                                      now - random_.below(std::max<std::int64_t>(1, 60 * second_ns / busy)));
}

void Mesh::advance(std::int64_t now, std::int64_t interval) {
  for (auto& [pair, pool] : routes_)
    for (Connection& connection : pool) flow(connection, now, interval);
  for (auto& [key, connection] : gateways_) flow(connection, now, interval);
  for (Server& server : servers_) {
    if (!server.up) continue;
    server.polls += server.reachable ? 1 : 0;
    server.mem = std::clamp(server.mem + random_.between(-300'000, 300'000), std::int64_t{40} << 20,
                            std::int64_t{200} << 20) /
                 4096 * 4096;
    server.cpu = random_.below(9);
    server.client_msgs += random_.between(20'000, 40'000);
    server.client_bytes += random_.between(5'000'000, 9'000'000);
    const std::int64_t joined = random_.below(3);
    server.clients = std::max<std::int64_t>(1, server.clients + joined - random_.below(3));
    server.total_clients += joined;
    server.next_cid += static_cast<std::uint64_t>(joined);
  }
}

std::vector<const Connection*> Mesh::routes(int index) const {
  std::vector<const Connection*> out;
  for (const int peer : members(server(index).cluster)) {
    const auto pool = routes_.find(std::minmax(index, peer));
    if (pool == routes_.end()) continue;
    for (const Connection& connection : pool->second)
      if (connection.up) out.push_back(&connection);
  }
  return out;
}

const Connection* Mesh::outbound(int index, int cluster) const {
  const auto found = gateways_.find({index, cluster});
  return found != gateways_.end() && found->second.up ? &found->second : nullptr;
}

std::vector<const Connection*> Mesh::inbound(int index, int cluster) const {
  std::vector<const Connection*> out;
  for (const int other : members(cluster)) {
    const Connection* connection = outbound(other, server(index).cluster);
    if (connection && connection->dialled == index) out.push_back(connection);
  }
  return out;
}

}  // namespace natsrec::bench
