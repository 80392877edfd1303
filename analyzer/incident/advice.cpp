#include "analyzer/incident/advice.hpp"

#include <fmt/format.h>

namespace natsrec {
namespace {

struct Url {
  std::string base;  ///< scheme://host:port
  std::string host;
};

/// Names and hosts come from bodies: nothing in them may act when the command is pasted into a shell.
std::string word(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789-_.:/@[]") == std::string::npos;
  if (plain && text.front() != '-') return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Where the server is asked. An imported capture tells no URL: then what varz says, and a placeholder where
/// it listens on every address.
Url monitoring(const Fleet& fleet, ServerRef ref) {
  const auto& server = fleet[ref];
  if (const auto& url = fleet.url_of(ref); !url.empty()) {
    const auto begin = url.find("://");
    auto host = begin == std::string::npos ? url : url.substr(begin + 3);
    host = host.substr(0, host.find('/'));
    if (const auto colon = host.rfind(':');
        colon != std::string::npos && host.find(']', colon) == std::string::npos)
      host.resize(colon);
    auto base = url;
    while (!base.empty() && base.back() == '/') base.pop_back();
    return {base, word(host)};
  }
  std::string host = server.name;
  if (server.last_varz && !server.last_varz->host.empty() && server.last_varz->host != "0.0.0.0" &&
      server.last_varz->host != "::")
    host = server.last_varz->host;
  const int port = server.last_varz && server.last_varz->http_port > 0 ? server.last_varz->http_port : 8222;
  return {fmt::format("http://{}:{}", host, port), word(host)};
}

}  // namespace

std::vector<std::string> look_at_server(const Fleet& fleet, ServerRef ref) {
  const auto where = monitoring(fleet, ref);
  return {
      fmt::format("curl -sS -m 5 {}", word(where.base + "/healthz")),
      fmt::format("ssh {} journalctl -u nats-server -n 200 --no-pager", where.host),
      fmt::format(
          "ssh {} 'ps -o pid,lstart,stat,cmd -C nats-server; dmesg -T | grep -i -E \"oom|killed\" | tail'",
          where.host)};
}

std::vector<std::string> look_at_route(const Fleet& fleet, ServerRef a, ServerRef b) {
  std::vector<std::string> result;
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
    const auto here = monitoring(fleet, from), there = monitoring(fleet, to);
    result.push_back(
        fmt::format("curl -sS -m 5 {} | jq '.routes[] | {{remote_id, remote_name, ip, port, start, rtt}}'",
                    word(here.base + "/routez")));
    const auto& facts = fleet[to].last_varz;
    if (facts && facts->cluster_port > 0)
      result.push_back(fmt::format("ssh {} nc -zv {} {}", here.host, there.host, facts->cluster_port));
  }
  return result;
}

std::vector<std::string> look_at_gateway(const Fleet& fleet, ServerRef ref, const std::string& remote) {
  const auto here = monitoring(fleet, ref);
  std::vector<std::string> result{
      fmt::format("curl -sS -m 5 {} | jq '.outbound_gateways | keys'", word(here.base + "/gatewayz"))};
  for (ServerRef other = 0; other < fleet.size() && result.size() < 4; ++other) {
    const auto& facts = fleet[other].last_varz;
    if (fleet[other].cluster == remote && facts && facts->gateway_port > 0)
      result.push_back(
          fmt::format("ssh {} nc -zv {} {}", here.host, monitoring(fleet, other).host, facts->gateway_port));
  }
  return result;
}

}  // namespace natsrec
