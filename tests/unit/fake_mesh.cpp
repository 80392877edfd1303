#include "tests/unit/fake_mesh.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace natsrec::testing {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

FakeMesh::FakeMesh(const DetectionOptions& options) : replay_(options) {}
FakeMesh::FakeMesh(FakeMesh&&) = default;
FakeMesh::~FakeMesh() = default;

FakeMesh& FakeMesh::cluster(const std::string& name, const std::vector<std::string>& servers, int pool) {
  for (const auto& server : servers) {
    auto& made = servers_[server];
    made.cluster = name;
    made.name = server;
    made.id = fmt::format("N{:055}", next_++);
    made.start = made.reloaded = now - 1h;
    names_[made.id] = server;
  }
  for (auto a = servers.begin(); a != servers.end(); ++a)
    for (auto b = a + 1; b != servers.end(); ++b) connect(*a, *b, pool);
  for (const auto& server : servers)
    for (auto& [peer, connections] : servers_[server].routes)
      for (auto& connection : connections) connection.start = now - 1h;
  return *this;
}

FakeMesh& FakeMesh::gateways(const std::string& one, const std::string& other) {
  remotes_[one].insert(other);
  remotes_[other].insert(one);
  for (auto& [name, server] : servers_)
    for (auto& [far, remote] : servers_)
      if (remotes_[server.cluster].contains(remote.cluster) && !server.outbound.contains(remote.cluster)) {
        connect_gateway(name, far);
        server.outbound[remote.cluster].start = now - 1h;
      }
  return *this;
}

void FakeMesh::connect_gateway(const std::string& server, const std::string& remote_server) {
  const auto& remote = servers_.at(remote_server);
  servers_.at(server).outbound[remote.cluster] = {next_++, remote.id, "", now};
}

void FakeMesh::connect(const std::string& a, const std::string& b, int pool) {
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
    auto& connections = servers_.at(from).routes[to];
    connections.clear();
    for (int i = 0; i < pool; ++i) connections.push_back({next_++, servers_.at(to).id, "", now});
    if (pool > 1) connections.push_back({next_++, servers_.at(to).id, "$SYS", now});
  }
}

void FakeMesh::cut(const std::string& a, const std::string& b) {
  servers_.at(a).routes.erase(b);
  servers_.at(b).routes.erase(a);
}

void FakeMesh::flap(const std::string& a, const std::string& b) {
  now += 1s;
  const auto pool = servers_.at(a).routes.at(b).size();
  connect(a, b, pool > 1 ? static_cast<int>(pool) - 1 : 1);
  now += 1s;
}

void FakeMesh::die(const std::string& name, Reach reach) {
  auto& dead = servers_.at(name);
  dead.reach = reach;
  for (auto& [peer, server] : servers_) server.routes.erase(name);
  dead.routes.clear();
  dead.outbound.clear();
  for (auto& [other, server] : servers_)
    if (const auto gateway = server.outbound.find(dead.cluster);
        gateway != server.outbound.end() && gateway->second.remote_id == dead.id) {
      server.outbound.erase(gateway);
      for (const auto& [far, remote] : servers_)
        if (remote.cluster == dead.cluster && remote.reach == Reach::answers) {
          connect_gateway(other, far);
          break;
        }
    }
}

void FakeMesh::start(const std::string& name) {
  auto& server = servers_.at(name);
  server.id = fmt::format("N{:055}", next_++);
  names_[server.id] = name;
  server.start = server.reloaded = now;
  server.reach = Reach::answers;
  server.health.clear();
  server.routes.clear();
  for (const auto& [peer, other] : servers_)
    if (peer != name && other.cluster == server.cluster && other.reach == Reach::answers) connect(name, peer);
  const auto known = remotes_.find(server.cluster);
  if (known == remotes_.end()) return;
  for (const auto& remote : known->second)
    for (auto& [far, other] : servers_)
      if (other.cluster == remote && other.reach == Reach::answers) {
        if (!server.outbound.contains(remote)) connect_gateway(name, far);
        if (!other.outbound.contains(server.cluster)) connect_gateway(far, name);
      }
}

std::string FakeMesh::body(const Server& server, Endpoint endpoint) const {
  if (const auto said = server.bodies.find(endpoint); said != server.bodies.end()) return said->second;
  const auto clock = [&](Time time) { return format_time(time + server.clock_ahead); };
  Json body;
  body["server_id"] = server.id;
  if (endpoint == Endpoint::healthz) {
    body.clear();
    body["status"] = server.health.empty() ? "ok" : "error";
    if (!server.health.empty())
      body["errors"] = {{{"type", server.health.starts_with("JetStream") ? "JETSTREAM" : "CONNECTION"},
                         {"error", server.health}}};
    return body.dump();
  }
  body["now"] = clock(now);
  if (endpoint == Endpoint::leafz) {
    body["leafs"] = Json::parse(leafs.at(server.name));
  } else if (endpoint == Endpoint::varz) {
    body["server_name"] = server.name;
    body["version"] = server.version;
    body["start"] = clock(server.start);
    body["config_load_time"] = clock(server.reloaded);
    body["cluster"] = {{"name", server.cluster}, {"addr", "0.0.0.0"}, {"cluster_port", 6222}};
    if (!server.route_urls.empty()) body["cluster"]["urls"] = server.route_urls;
    if (server.pool_size) body["cluster"]["pool_size"] = *server.pool_size;
    if (server.slow_routes) body["slow_consumer_stats"] = {{"routes", *server.slow_routes}};
    if (server.stale_routes) body["stale_connection_stats"] = {{"routes", *server.stale_routes}};
    body["connections"] = server.connections;
    body["system_account"] = server.system_account;
    auto remotes = server.remotes.value_or(Remotes());
    const auto connected = remotes_.find(server.cluster);
    if (!server.remotes && connected != remotes_.end())
      for (const auto& remote : connected->second) remotes[remote] = {};
    if (server.remotes || connected != remotes_.end()) {
      body["gateway"] = {{"name", server.cluster}, {"host", server.gateway_host}, {"port", 7222}};
      for (const auto& [remote, urls] : remotes)
        body["gateway"]["gateways"].push_back({{"name", remote}, {"urls", urls}});
    }
    if (server.jetstream)
      body["jetstream"] = {
          {"config", {{"max_memory", 1}, {"domain", server.domain}}},
          {"meta",
           {{"name", server.cluster}, {"leader", server.meta_leader}, {"cluster_size", server.meta_size}}}};
  } else if (endpoint == Endpoint::routez) {
    body["routes"] = Json::array();
    for (const auto& [peer, connections] : server.routes)
      for (const auto& one : connections) {
        Json route{{"rid", one.rid},
                   {"remote_id", one.remote_id},
                   {"start", clock(one.start)},
                   {"rtt", one.rtt},
                   {"in_msgs", one.in_msgs.value_or(carried_)},
                   {"out_msgs", one.out_msgs.value_or(carried_)},
                   {"pending_size", one.pending},
                   {"ip", servers_.at(peer).ip},
                   {"port", 6222}};
        if (!old_routes) route["remote_name"] = servers_.at(peer).name;
        if (!one.account.empty()) route["account"] = one.account;
        body["routes"].push_back(route);
      }
  } else if (endpoint == Endpoint::gatewayz) {
    if (server.remotes || remotes_.contains(server.cluster)) body["name"] = server.cluster;
    body["outbound_gateways"] = Json::object();
    body["inbound_gateways"] = Json::object();
    for (const auto& [remote, one] : server.outbound)
      body["outbound_gateways"][remote] = {{"configured", !server.implicit.contains(remote)},
                                           {"connection",
                                            {{"cid", one.rid},
                                             {"start", clock(one.start)},
                                             {"rtt", server.gateway_rtt},
                                             {"name", one.remote_id}}}};
  }
  return body.dump();
}

Epoch FakeMesh::snapshot() const {
  Epoch epoch;
  epoch.started = now;
  epoch.ended = now + 4ms;
  epoch.interval = interval;
  std::map<std::string, std::string> all = targets;
  for (const auto& [name, server] : servers_)
    if (!unpolled.contains(name)) all[name + "_8222"] = name;
  for (const auto& [target, name] : all) poll(epoch, target, name);
  return epoch;
}

void FakeMesh::poll(Epoch& epoch, const std::string& target, const std::string& name) const {
  const auto& server = servers_.at(name);
  for (const auto endpoint :
       {Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz, Endpoint::leafz}) {
    if (endpoint == Endpoint::leafz && !leafs.contains(name)) continue;
    auto& snapshot = epoch.snapshots.emplace_back();
    snapshot.target = target;
    snapshot.endpoint = endpoint;
    snapshot.asked = now + server.asked_after - 1ms;
    snapshot.answered = now + server.asked_after + 1ms;
    if (server.reach == Reach::answers) {
      snapshot.status = endpoint == Endpoint::healthz && !server.health.empty() ? 503 : 200;
      snapshot.body = body(server, endpoint);
    } else if (server.reach == Reach::refuses) {
      snapshot.failure = {FailureClass::refused, "connection refused"};
    } else {
      snapshot.failure = {failure, "timed out"};
    }
  }
}

void FakeMesh::epoch() {
  carried_ += traffic;
  auto epoch = snapshot();
  epoch.number = ++number_;
  EpochInfo info{epoch.number, epoch.started, epoch.ended, interval, std::nullopt, {}};
  if (deployment_) info.deployment = deployment_id_;
  replay_.step(info, observe(epoch, decoder_), deployment_ ? &*deployment_ : nullptr);
}

FakeMesh three(int pool, const DetectionOptions& options) {
  FakeMesh mesh(options);
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"}, pool);
  if (pool > 1)
    for (const auto* name : {"a1", "a2", "a3"}) mesh[name].pool_size = pool;
  mesh.epochs(3, 10s);
  return mesh;
}

std::vector<std::string> told(const Analysis& analysis, Severity least) {
  std::vector<std::string> result;
  for (const auto& finding : analysis.findings) {
    if (finding.severity < least) continue;
    auto text = fmt::format("{} {}", info(finding.kind).name,
                            finding.server.empty() ? finding.cluster : finding.server);
    if (!finding.peer.empty()) text += "-" + finding.peer;
    if (!finding.remote_cluster.empty()) text += ">" + finding.remote_cluster;
    result.push_back(text);
  }
  std::sort(result.begin(), result.end());
  return result;
}

const Finding* find(const Analysis& analysis, Kind kind, const std::string& server, const std::string& peer) {
  for (const auto& finding : analysis.findings)
    if (finding.kind == kind && (server.empty() || finding.server == server) &&
        (peer.empty() || finding.peer == peer))
      return &finding;
  return nullptr;
}

}  // namespace natsrec::testing
