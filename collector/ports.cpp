#include "collector/ports.hpp"

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <array>

namespace natsrec {
namespace {

using simdjson::ondemand::object;

struct Place {
  std::string_view purpose, host, port;  ///< keys of the object that tells it
};
constexpr Place client{"client", "host", "port"};
constexpr std::array others{std::pair{"cluster", Place{"route", "addr", "cluster_port"}},
                            std::pair{"gateway", Place{"gateway", "host", "port"}}};

constexpr std::size_t longest_host = 255;

bool is_any(std::string_view host) { return host.empty() || host == "0.0.0.0" || host == "::"; }
bool is_loopback(std::string_view host) {
  return host.starts_with("127.") || host == "::1" || host == "localhost";
}

std::optional<Listener> listener_in(object& in, const Place& place, const std::string& host) {
  std::string_view bound;
  std::int64_t port = 0;
  if (in[place.port].get(port) || port < 1 || port > 65535) return std::nullopt;
  if (in[place.host].get(bound)) bound = {};
  if (bound.size() > longest_host) return std::nullopt;
  const std::string found = is_any(bound) ? host : std::string{bound};
  if (found.empty() || (is_loopback(found) && !is_loopback(host))) return std::nullopt;
  return Listener{std::string{place.purpose}, found, static_cast<int>(port)};
}

}  // namespace

std::vector<Listener> listeners_in(std::string_view varz, const std::string& host) {
  std::vector<Listener> out;
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded{varz};
  simdjson::ondemand::document document;
  object root;
  if (parser.iterate(padded).get(document) || document.get_object().get(root)) return out;
  if (const auto found = listener_in(root, client, host)) out.push_back(*found);
  for (const auto& [key, place] : others) {
    object inner;
    // Looked for from the start again: the order of the keys is the server's.
    if (root.reset().error()) return out;
    if (root[key].get_object().get(inner)) continue;
    if (const auto found = listener_in(inner, place, host)) out.push_back(*found);
  }
  return out;
}

std::string ports_body(const std::vector<Reached>& ports) {
  using Json = nlohmann::ordered_json;
  Json out = Json::object();
  for (const auto& [listener, took, failure] : ports) {
    Json& port = out[listener.purpose] = {
        {"host", listener.host}, {"port", listener.port}, {"connected", !failure}, {"took_us", took.count()}};
    if (!failure) continue;
    port["failure"] = name(failure->failure);
    port["text"] = failure->text;
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Listener> listeners_before(std::string_view ports) {
  std::vector<Listener> out;
  const auto json = nlohmann::json::parse(ports, nullptr, false);
  if (!json.is_object()) return out;
  for (const char* purpose : {"client", "route", "gateway"}) {
    const auto found = json.find(purpose);
    if (found == json.end() || !found->is_object()) continue;
    const auto host = found->find("host"), port = found->find("port");
    if (host == found->end() || !host->is_string() || port == found->end() || !port->is_number_integer())
      continue;
    out.push_back({purpose, host->get<std::string>(), port->get<int>()});
  }
  return out;
}

}  // namespace natsrec
