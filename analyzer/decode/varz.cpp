#include "analyzer/decode/parts.hpp"

namespace natsrec {
namespace {

void read_gateway(const json::object& gateway, Varz& varz) {
  varz.gateway = json::text(gateway, "name");
  varz.gateway_host = json::text(gateway, "host");
  varz.gateway_port = json::port(gateway, "port");
  varz.gateway_advertise = json::text(gateway, "advertise");
  std::size_t index = 0;
  json::each_object(gateway, "gateways", [&](const json::object& entry) {
    RemoteGateway remote{json::text(entry, "name"), json::texts(entry, "urls"), index++};
    // The list may name the server's own cluster: one block is often shared by all.
    if (!remote.name.empty() && remote.name != varz.gateway) varz.gateways.push_back(std::move(remote));
  });
}

Meta read_meta(const json::object& meta) {
  Meta result{
      std::string(json::text(meta, "leader")), static_cast<int>(json::integer(meta, "cluster_size")), {}};
  json::each_object(meta, "replicas", [&](const json::object& replica) {
    if (json::flag(replica, "offline")) result.offline.emplace_back(json::text(replica, "name"));
  });
  std::sort(result.offline.begin(), result.offline.end());
  return result;
}

void read_jetstream(const json::object& jetstream, Varz& varz) {
  const auto config = json::child(jetstream, "config");
  varz.jetstream = config.has_value();  // {} when JetStream is off
  if (config) varz.domain = json::text(*config, "domain");
  if (const auto meta = json::child(jetstream, "meta")) varz.meta = read_meta(*meta);
}

std::optional<ByLink> read_by_link(const json::object& body, std::string_view key) {
  const auto counts = json::child(body, key);
  if (!counts) return std::nullopt;
  return ByLink{json::integer(*counts, "routes"), json::integer(*counts, "gateways"),
                json::integer(*counts, "leafs")};
}

void read_certificates(const json::object& body, Varz& varz) {
  const auto read = [&](const json::object& listener, const char* name) {
    if (const auto not_after = json::maybe_moment(listener, "tls_cert_not_after"))
      varz.certificates.push_back({name, *not_after});
  };
  read(body, "");
  for (const auto* name : {"cluster", "gateway", "leaf", "mqtt", "websocket"})
    if (const auto listener = json::child(body, name)) read(*listener, name);
}

}  // namespace

Varz read_varz(const json::object& body) {
  Varz varz;
  varz.server_id = json::required_text(body, "server_id");
  varz.server_name = json::text(body, "server_name");
  if (varz.server_name.empty()) varz.server_name = varz.server_id;
  varz.version = json::text(body, "version");
  varz.host = json::text(body, "host");
  varz.port = json::port(body, "port");
  varz.http_port = json::port(body, "http_port");
  varz.start = json::moment(body, "start");
  varz.now = json::moment(body, "now");
  varz.config_load_time = json::maybe_moment(body, "config_load_time").value_or(varz.start);
  if (const auto cluster = json::child(body, "cluster")) {
    varz.cluster = json::text(*cluster, "name");
    varz.cluster_addr = json::text(*cluster, "addr");
    varz.cluster_port = json::port(*cluster, "cluster_port");
    varz.route_urls = json::texts(*cluster, "urls");
    if (json::find(*cluster, "pool_size"))
      varz.pool_size = static_cast<int>(json::integer(*cluster, "pool_size"));
  }
  if (const auto gateway = json::child(body, "gateway")) read_gateway(*gateway, varz);
  if (const auto jetstream = json::child(body, "jetstream")) read_jetstream(*jetstream, varz);
  varz.system_account = json::text(body, "system_account");
  varz.slow_consumers = read_by_link(body, "slow_consumer_stats");
  varz.stale_connections = read_by_link(body, "stale_connection_stats");
  read_certificates(body, varz);
  varz.leafnodes = json::integer(body, "leafnodes");
  varz.connections = json::integer(body, "connections");
  varz.subscriptions = json::integer(body, "subscriptions");
  varz.in_msgs = json::integer(body, "in_msgs");
  varz.out_msgs = json::integer(body, "out_msgs");
  return varz;
}

}  // namespace natsrec
