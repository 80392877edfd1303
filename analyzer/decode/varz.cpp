#include "analyzer/decode/parts.hpp"

namespace natsrec {
namespace {

int port(const json::object& parent, std::string_view key) {
  const auto value = json::integer(parent, key);
  return value > 0 && value < 65536 ? static_cast<int>(value) : 0;
}

void read_gateway(const json::object& gateway, Varz& varz) {
  varz.gateway = json::text(gateway, "name");
  varz.gateway_port = port(gateway, "port");
  const auto remotes = json::maybe<simdjson::dom::array>(gateway, "gateways", "an array");
  if (!remotes) return;
  for (const auto remote : *remotes) {
    json::object entry;
    if (remote.get(entry) != simdjson::SUCCESS) json::wrong("gateways", "an array of objects");
    auto name = json::text(entry, "name");
    // The list may name the server's own cluster: one block is often shared by all.
    if (!name.empty() && name != varz.gateway) varz.gateways.push_back(std::move(name));
  }
}

void read_jetstream(const json::object& jetstream, Varz& varz) {
  const auto config = json::child(jetstream, "config");
  varz.jetstream = config.has_value();  // {} when JetStream is off
  if (config) varz.domain = json::text(*config, "domain");
  if (const auto meta = json::child(jetstream, "meta"))
    varz.meta = Meta{json::text(*meta, "leader"), static_cast<int>(json::integer(*meta, "cluster_size"))};
}

}  // namespace

Varz read_varz(const json::object& body) {
  Varz varz;
  varz.server_id = json::required_text(body, "server_id");
  varz.server_name = json::text(body, "server_name");
  if (varz.server_name.empty()) varz.server_name = varz.server_id;
  varz.version = json::text(body, "version");
  varz.host = json::text(body, "host");
  varz.port = port(body, "port");
  varz.http_port = port(body, "http_port");
  varz.start = json::moment(body, "start");
  varz.now = json::moment(body, "now");
  varz.config_load_time = json::maybe_moment(body, "config_load_time").value_or(varz.start);
  if (const auto cluster = json::child(body, "cluster")) {
    varz.cluster = json::text(*cluster, "name");
    varz.cluster_port = port(*cluster, "cluster_port");
  }
  if (const auto gateway = json::child(body, "gateway")) read_gateway(*gateway, varz);
  if (const auto jetstream = json::child(body, "jetstream")) read_jetstream(*jetstream, varz);
  varz.system_account = json::text(body, "system_account");
  varz.connections = json::integer(body, "connections");
  varz.subscriptions = json::integer(body, "subscriptions");
  varz.in_msgs = json::integer(body, "in_msgs");
  varz.out_msgs = json::integer(body, "out_msgs");
  return varz;
}

}  // namespace natsrec
