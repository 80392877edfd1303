#include "analyzer/detect/addresses.hpp"

#include <algorithm>
#include <cctype>

namespace natsrec {
namespace {

bool wildcard(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "::" || host == "[::]";
}

std::string without_port(const std::string& address) {
  const auto colon = address.rfind(':');
  const auto bracket = address.rfind(']');
  const bool has_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  return has_port ? address.substr(0, colon) : address;
}

std::string join(std::string host, int port) {
  if (host.find(':') != std::string::npos && !host.starts_with('[')) host = "[" + host + "]";
  std::transform(host.begin(), host.end(), host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return host + ":" + std::to_string(port);
}

/// A number that the same rids give in whatever order, and hardly any others.
std::uint64_t in_any_order(const std::vector<Route>& routes) {
  std::uint64_t sum = 0;
  for (const auto& route : routes) {
    const auto mixed = (route.rid + 1) * 0x9E3779B97F4A7C15u;
    sum += mixed * (mixed ^ mixed >> 32);
  }
  return sum;
}

}  // namespace

std::string plain_address(const std::string& url) {
  auto address = url;
  if (const auto scheme = address.find("://"); scheme != std::string::npos) address.erase(0, scheme + 3);
  address.resize(std::min(address.size(), address.find('/')));
  if (const auto user = address.rfind('@'); user != std::string::npos) address.erase(0, user + 1);
  std::transform(address.begin(), address.end(), address.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return address;
}

bool is_literal(const std::string& host_and_port) {
  const auto host = without_port(host_and_port);
  if (host.starts_with('[')) return true;
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string::npos;
}

void AddressBook::learn(const Scene& scene) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    if (scene.views[ref].varz) from_varz(scene, ref);
    if (scene.views[ref].routez) from_routes(scene, ref);
  }
}

void AddressBook::learn(ServerRef ref, const std::string& host, int port) {
  if (wildcard(host) || port == 0) return;
  if (servers_[join(host, port)].insert(ref).second) ++size_;
}

void AddressBook::from_varz(const Scene& scene, ServerRef ref) {
  const auto& varz = *scene.views[ref].varz->body;
  auto& learned = learned_[ref];
  if (learned.run == varz.server_id && learned.port == varz.cluster_port) return;
  learned = {varz.server_id, varz.cluster_port, {}, 0};
  learn(ref, varz.cluster_addr, varz.cluster_port);
  learn(ref, varz.host, varz.cluster_port);
  learn(ref, without_port(plain_address(scene.fleet.url_of(ref))), varz.cluster_port);
}

void AddressBook::from_routes(const Scene& scene, ServerRef ref) {
  auto& learned = learned_[ref];
  const auto& routes = scene.views[ref].routez->body->routes;
  const auto all = in_any_order(routes);
  if (learned.all == all) return;
  bool whole = true;
  for (const auto& route : routes) {
    const auto at = std::lower_bound(learned.rids.begin(), learned.rids.end(), route.rid);
    if (at != learned.rids.end() && *at == route.rid) continue;
    const auto peer = scene.fleet.peer(ref, route.remote_id, route.remote_name);
    if (peer == nobody || !scene.fleet[peer].last_varz) {
      whole = false;
      continue;
    }
    learned.rids.insert(at, route.rid);
    learn(peer, route.ip, scene.fleet[peer].last_varz->cluster_port);
  }
  if (whole) learned.all = all;
}

const std::set<ServerRef>& AddressBook::at(const std::string& host_and_port) const {
  static const std::set<ServerRef> nobody_there;
  const auto found = servers_.find(host_and_port);
  return found == servers_.end() ? nobody_there : found->second;
}

}  // namespace natsrec
