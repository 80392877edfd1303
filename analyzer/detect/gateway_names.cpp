#include "analyzer/detect/gateway_names.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// host:port of a URL as configured, without scheme and user.
std::string host_port(std::string url) {
  if (const auto scheme = url.find("://"); scheme != std::string::npos) url.erase(0, scheme + 3);
  if (const auto user = url.rfind('@'); user != std::string::npos) url.erase(0, user + 1);
  if (const auto path = url.find('/'); path != std::string::npos) url.erase(path);
  return url;
}

std::string joined(const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// The host part of host:port.
std::string host_of(const std::string& address) {
  const auto colon = address.rfind(':');
  return colon == std::string::npos || address.ends_with(']') ? address : address.substr(0, colon);
}

/// Whether a server's own words, or the way the collector reaches it, put its gateway at this address.
bool listens_at(const Scene& scene, ServerRef ref, const std::string& address) {
  const auto* answer = scene.view(ref).varz;
  if (!answer || answer->body->gateway_port == 0) return false;
  const auto& varz = *answer->body;
  if (!varz.gateway_advertise.empty() && varz.gateway_advertise == address) return true;
  if (!address.ends_with(":" + std::to_string(varz.gateway_port))) return false;
  const auto host = host_of(address);
  return (!varz.gateway_host.empty() && joined(varz.gateway_host, varz.gateway_port) == address) ||
         (!scene.fleet.url_of(ref).empty() && host_of(host_port(scene.fleet.url_of(ref))) == host);
}

}  // namespace

std::string gateway_key(const std::string& cluster, const std::string& remote) {
  return "gateway:" + std::min(cluster, remote) + "|" + std::max(cluster, remote);
}

std::string pointer_token(const std::string& name) {
  std::string result;
  for (const char c : name) {
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  }
  return result;
}

std::optional<AnswersAs> answers_as(const Scene& scene, const RemoteGateway& remote) {
  std::optional<AnswersAs> other;
  for (const auto& url : remote.urls) {
    const auto address = host_port(url);
    for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
      const auto& view = scene.views[ref];
      const auto& server = scene.fleet[ref];
      const auto note = [&](const std::string& name, ServerRef whose, Evidence proof) {
        if (!other || name == remote.name) other = {name, url, whose, std::move(proof)};
      };
      if (view.varz && !view.varz->body->gateway.empty() && listens_at(scene, ref, address))
        note(view.varz->body->gateway, ref, evidence(view.varz->seen, server, "/gateway/name"));
      if (!view.gatewayz) continue;
      for (const auto& [name, outbound] : view.gatewayz->body->outbound) {
        const auto& connection = outbound.connection;
        if (!connection.ip.empty() && joined(connection.ip, connection.port) == address)
          note(name, scene.fleet.by_id(connection.remote_id),
               evidence(view.gatewayz->seen, server, "/outbound_gateways/" + pointer_token(name)));
      }
      if (other && other->name == remote.name) return other;
    }
  }
  return other;
}

}  // namespace natsrec
