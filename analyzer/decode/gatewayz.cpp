#include "analyzer/decode/parts.hpp"

namespace natsrec {
namespace {

GatewayConnection read_connection(const json::object& gateway) {
  const auto connection = json::child(gateway, "connection");
  if (!connection) json::wrong("connection", "there");
  GatewayConnection result;
  result.cid = static_cast<std::uint64_t>(json::integer(*connection, "cid"));
  result.remote_id = json::text(*connection, "name");
  result.ip = json::text(*connection, "ip");
  result.port = json::port(*connection, "port");
  result.start = json::moment(*connection, "start");
  result.rtt = json::go_duration(*connection, "rtt");
  result.pending = json::integer(*connection, "pending_bytes");
  return result;
}

template <class T>
T as(json::element element, std::string_view key, const char* expected) {
  T value;
  if (element.get(value) != simdjson::SUCCESS) json::wrong(key, expected);
  return value;
}

}  // namespace

Gatewayz read_gatewayz(const json::object& body) {
  Gatewayz gatewayz;
  gatewayz.server_id = json::required_text(body, "server_id");
  gatewayz.now = json::moment(body, "now");
  gatewayz.name = json::text(body, "name");
  const auto outbound = json::child(body, "outbound_gateways");
  const auto inbound = json::child(body, "inbound_gateways");
  if (!outbound || !inbound) json::wrong("outbound_gateways, inbound_gateways", "there");
  for (const auto [remote, element] : outbound->members()) {
    const json::object gateway(as<simdjson::dom::object>(element, remote, "an object"));
    gatewayz.outbound[std::string(remote)] = {json::flag(gateway, "configured"), read_connection(gateway)};
  }
  for (const auto [remote, element] : inbound->members()) {
    auto& connections = gatewayz.inbound[std::string(remote)];
    for (const auto one : as<simdjson::dom::array>(element, remote, "an array"))
      connections.push_back(
          read_connection(json::object(as<simdjson::dom::object>(one, remote, "an array of objects"))));
  }
  return gatewayz;
}

}  // namespace natsrec
