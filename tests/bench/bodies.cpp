#include "tests/bench/bodies.hpp"

#include <date/date.h>
#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace natsrec::bench {
namespace {

using namespace fmt::literals;

/// RFC 3339 with the decimals that are there, as Go prints times.
std::string go_time(std::int64_t ns) {
  const date::sys_seconds second{std::chrono::seconds{ns / second_ns}};
  const auto day = date::floor<date::days>(second);
  const date::year_month_day date{day};
  const date::hh_mm_ss clock{second - day};
  std::string out =
      fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"), static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  const std::int64_t below = ns % second_ns;
  if (below != 0) {
    out += fmt::format(FMT_COMPILE(".{:09}"), below);
    while (out.back() == '0') out.pop_back();
  }
  return out + "Z";
}

/// nats-server's own form of lengths: 1y2d3h4m5s.
std::string uptime(std::int64_t ns) {
  const std::int64_t s = ns / second_ns;
  std::string out;
  const auto part = [&](std::int64_t value, char unit) {
    if (value > 0 || !out.empty()) fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}{}"), value, unit);
  };
  part(s / 86400 / 365, 'y');
  part(s / 86400 % 365, 'd');
  part(s / 3600 % 24, 'h');
  part(s / 60 % 60, 'm');
  return out + fmt::format(FMT_COMPILE("{}s"), s % 60);
}

/// A round trip: nats-server cuts what is below a millisecond to whole microseconds.
std::string go_duration(std::int64_t ns) {
  if (ns < 1'000'000) return fmt::format(FMT_COMPILE("{}\u00b5s"), ns / 1000);
  std::string out = fmt::format(FMT_COMPILE("{}.{:06}"), ns / 1'000'000, ns % 1'000'000);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out + "ms";
}

/// A session as one of its ends sees it.
struct View {
  View(const Mesh& mesh, const Connection& connection, int self)
      : is_dialler(connection.dialler == self),
        peer(mesh.server(is_dialler ? connection.dialled : connection.dialler)),
        in(is_dialler ? 0u : 1u) {}
  bool is_dialler;
  const Server& peer;
  std::size_t in;
};

template <typename T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
}

void add_route(std::string& out, const Mesh& mesh, int self, const Connection& c, bool system,
               std::int64_t now) {
  const View view{mesh, c, self};
  const std::size_t other = 1 - view.in;
  fmt::format_to(
      std::back_inserter(out),
      FMT_COMPILE("    {{\n      \"rid\": {},\n      \"remote_id\": \"{}\",\n      \"remote_name\": \"{}\",\n"
                  "      \"did_solicit\": {},\n      \"is_configured\": {},\n      \"ip\": \"{}\",\n"
                  "      \"port\": {},\n      \"start\": \"{}\",\n      \"last_activity\": \"{}\",\n"
                  "      \"rtt\": \"{}\",\n      \"uptime\": \"{}\",\n      \"idle\": \"{}\",\n"
                  "      \"pending_size\": 0,\n      \"in_msgs\": {},\n      \"out_msgs\": {},\n"
                  "      \"in_bytes\": {},\n      \"out_bytes\": {},\n      \"subscriptions\": {},\n{}"
                  "      \"compression\": \"off\"\n    }}"),
      c.cid[other], view.peer.id, view.peer.name, view.is_dialler, view.is_dialler, view.peer.ip,
      view.is_dialler ? 6222 : c.port, go_time(c.start), go_time(c.last_activity),
      go_duration(c.rtt[view.in]), uptime(now - c.start), uptime(now - c.last_activity), c.msgs[view.in],
      c.msgs[other], c.bytes[view.in], c.bytes[other], c.subscriptions,
      system ? "      \"account\": \"$SYS\",\n" : "");
}

void add_gateway(std::string& out, const Mesh& mesh, int self, const Connection& c, const std::string& indent,
                 std::int64_t now) {
  const View view{mesh, c, self};
  const std::size_t other = 1 - view.in;
  fmt::format_to(
      std::back_inserter(out),
      FMT_COMPILE("{0}{{\n{0}  \"configured\": {1},\n{0}  \"connection\": {{\n{0}    \"cid\": {2},\n"
                  "{0}    \"kind\": \"Gateway\",\n{0}    \"ip\": \"{3}\",\n{0}    \"port\": {4},\n"
                  "{0}    \"start\": \"{5}\",\n{0}    \"last_activity\": \"{6}\",\n{0}    \"rtt\": \"{7}\",\n"
                  "{0}    \"uptime\": \"{8}\",\n{0}    \"idle\": \"{9}\",\n{0}    \"pending_bytes\": 0,\n"
                  "{0}    \"in_msgs\": {10},\n{0}    \"out_msgs\": {11},\n{0}    \"in_bytes\": {12},\n"
                  "{0}    \"out_bytes\": {13},\n{0}    \"subscriptions\": {14},\n{0}    \"name\": \"{15}\"\n"
                  "{0}  }}\n{0}}}"),
      indent, view.is_dialler, c.cid[other], view.peer.ip, view.is_dialler ? 7222 : c.port, go_time(c.start),
      go_time(c.last_activity), go_duration(c.rtt[view.in]), uptime(now - c.start),
      uptime(now - c.last_activity), c.msgs[view.in], c.msgs[other], c.bytes[view.in], c.bytes[other],
      c.subscriptions, view.peer.id);
}

/// Addresses of a cluster's servers, one a line.
std::string addresses(const Mesh& mesh, int cluster, int port, const char* indent, bool only_up) {
  std::string out;
  for (const int member : mesh.members(cluster)) {
    if (only_up && !mesh.server(member).up) continue;
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}{}\"{}:{}\""), out.empty() ? "" : ",\n", indent,
                   mesh.server(member).ip, port);
  }
  return out;
}

std::string configured_gateways(const Mesh& mesh, int cluster) {
  std::string out;
  for (const int remote : mesh.remote_clusters(cluster))
    out += fmt::format("{}      {{\n        \"name\": \"c{}\",\n        \"urls\": [\n{}\n        ]\n      }}",
                       out.empty() ? "" : ",\n", remote, addresses(mesh, remote, 7222, "          ", false));
  return out;
}

}  // namespace

std::string varz_of(const Mesh& mesh, int self, std::int64_t now) {
  const Server& server = mesh.server(self);
  std::int64_t in_msgs = server.client_msgs, in_bytes = server.client_bytes;
  std::int64_t out_msgs = server.client_msgs / 3, out_bytes = server.client_bytes / 3, subscriptions = 180;
  const auto routes = mesh.routes(self);
  std::vector<int> remotes;
  for (const Connection* c : routes) {
    const std::size_t in = c->dialler == self ? 0 : 1;
    in_msgs += c->msgs[in];
    in_bytes += c->bytes[in];
    out_msgs += c->msgs[1 - in];
    out_bytes += c->bytes[1 - in];
    subscriptions += c->subscriptions;
    remotes.push_back(c->dialler == self ? c->dialled : c->dialler);
  }
  std::sort(remotes.begin(), remotes.end());
  remotes.erase(std::unique(remotes.begin(), remotes.end()), remotes.end());
  const std::string start = go_time(server.start);
  std::string out = fmt::format(
      "{{\n  \"server_id\": \"{}\",\n  \"server_name\": \"{}\",\n  \"version\": \"2.14.5\",\n  \"proto\": "
      "1,\n"
      "  \"go\": \"go1.26.8\",\n  \"host\": \"{}\",\n  \"port\": 4222,\n  \"connect_urls\": [\n{}\n  ],\n"
      "  \"max_connections\": 65536,\n  \"ping_interval\": 120000000000,\n  \"ping_max\": 2,\n"
      "  \"http_host\": \"{}\",\n  \"http_port\": 8222,\n  \"http_base_path\": \"\",\n  \"https_port\": 0,\n"
      "  \"auth_timeout\": 2,\n  \"max_control_line\": 4096,\n  \"max_payload\": 1048576,\n"
      "  \"max_pending\": 67108864,\n",
      server.id, server.name, server.ip, addresses(mesh, server.cluster, 4222, "    ", true), server.ip);
  fmt::format_to(
      std::back_inserter(out),
      "  \"cluster\": {{\n    \"name\": \"c{}\",\n    \"addr\": \"{}\",\n    \"cluster_port\": 6222,\n"
      "    \"auth_timeout\": 2,\n    \"urls\": [\n{}\n    ],\n    \"tls_timeout\": 2,\n"
      "    \"pool_size\": 3\n  }},\n",
      server.cluster, server.ip, addresses(mesh, server.cluster, 6222, "      ", false));
  fmt::format_to(std::back_inserter(out),
                 "  \"gateway\": {{\n    \"name\": \"c{}\",\n    \"host\": \"{}\",\n    \"port\": 7222,\n"
                 "    \"auth_timeout\": 2,\n    \"tls_timeout\": 2,\n    \"gateways\": [\n{}\n    ]\n  }},\n",
                 server.cluster, server.ip, configured_gateways(mesh, server.cluster));
  fmt::format_to(
      std::back_inserter(out),
      "  \"leaf\": {{}},\n  \"mqtt\": {{}},\n  \"websocket\": {{}},\n  \"jetstream\": {{}},\n"
      "  \"tls_timeout\": 2,\n  \"write_deadline\": 10000000000,\n  \"start\": \"{}\",\n  \"now\": \"{}\",\n"
      "  \"uptime\": \"{}\",\n  \"mem\": {},\n  \"cores\": 8,\n  \"gomaxprocs\": 8,\n  \"cpu\": {},\n"
      "  \"connections\": {},\n  \"total_connections\": {},\n  \"routes\": {},\n  \"remotes\": {},\n"
      "  \"leafnodes\": 0,\n  \"in_msgs\": {},\n  \"in_bytes\": {},\n  \"in_client_msgs\": {},\n"
      "  \"in_client_bytes\": {},\n  \"out_msgs\": {},\n  \"out_bytes\": {},\n",
      start, go_time(now), uptime(now - server.start), server.mem, server.cpu, server.clients,
      server.total_clients, routes.size(), remotes.size(), in_msgs, in_bytes, server.client_msgs,
      server.client_bytes, out_msgs, out_bytes);
  fmt::format_to(
      std::back_inserter(out),
      "  \"out_client_msgs\": {},\n  \"out_client_bytes\": {},\n  \"slow_consumers\": 0,\n"
      "  \"stale_connections\": 0,\n  \"stalled_clients\": 0,\n  \"subscriptions\": {},\n"
      "  \"http_req_stats\": {{\n    \"/gatewayz\": {},\n    \"/healthz\": {},\n    \"/routez\": {},\n"
      "    \"/varz\": {}\n  }},\n  \"config_load_time\": \"{}\",\n"
      "  \"config_digest\": \"sha256:549d171a6d270e05c995cd6fa8b6f9e931d05272748e91e63f003d5d92d96ad0\",\n"
      "  \"feature_flags\": {{\n    \"js_ack_fc_v2\": false,\n    \"js_raft_delete_range\": false\n  }},\n"
      "  \"system_account\": \"$SYS\",\n"
      "  \"slow_consumer_stats\": {{\n    \"clients\": 0,\n    \"routes\": 0,\n    \"gateways\": 0,\n"
      "    \"leafs\": 0\n  }},\n  \"stale_connection_stats\": {{\n    \"clients\": 0,\n    \"routes\": 0,\n"
      "    \"gateways\": 0,\n    \"leafs\": 0\n  }},\n  \"disk_io_wait_stats\": {{\n    \"waiters\": 0,\n"
      "    \"waits\": 0,\n    \"wait_time\": 0,\n    \"max_wait_time\": 0\n  }}\n}}",
      server.client_msgs / 3, server.client_bytes / 3, subscriptions, server.polls, server.polls,
      server.polls, server.polls + 1, start);
  return out;
}

std::string routez_of(Mesh& mesh, int self, std::int64_t now) {
  const Server& server = mesh.server(self);
  const auto routes = mesh.routes(self);
  std::vector<std::size_t> order(routes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  shuffle(order, mesh.random());
  std::string out;
  out.reserve(1024 + routes.size() * 700);
  fmt::format_to(std::back_inserter(out),
                 "{{\n  \"server_id\": \"{}\",\n  \"server_name\": \"{}\",\n  \"now\": \"{}\",\n"
                 "  \"num_routes\": {},\n  \"routes\": [",
                 server.id, server.name, go_time(now), routes.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    add_route(out, mesh, self, *routes[order[i]], order[i] % pool_size == pool_size - 1, now);
  }
  out += routes.empty() ? "]\n}" : "\n  ]\n}";
  return out;
}

std::string gatewayz_of(Mesh& mesh, int self, std::int64_t now) {
  const Server& server = mesh.server(self);
  std::string outbound, inbound;
  for (const int cluster : mesh.remote_clusters(server.cluster)) {
    if (const Connection* c = mesh.outbound(self, cluster)) {
      std::string value;
      add_gateway(value, mesh, self, *c, "    ", now);
      fmt::format_to(std::back_inserter(outbound), "{}    \"c{}\": {}", outbound.empty() ? "\n" : ",\n",
                     cluster, value.substr(4));
    }
    auto connections = mesh.inbound(self, cluster);
    if (connections.empty()) continue;
    shuffle(connections, mesh.random());
    fmt::format_to(std::back_inserter(inbound), "{}    \"c{}\": [", inbound.empty() ? "\n" : ",\n", cluster);
    for (std::size_t i = 0; i < connections.size(); ++i) {
      inbound += i == 0 ? "\n" : ",\n";
      add_gateway(inbound, mesh, self, *connections[i], "      ", now);
    }
    inbound += "\n    ]";
  }
  return fmt::format(
      "{{\n  \"server_id\": \"{}\",\n  \"now\": \"{}\",\n  \"name\": \"c{}\",\n  \"host\": \"{}\",\n"
      "  \"port\": 7222,\n  \"outbound_gateways\": {{{}{}}},\n  \"inbound_gateways\": {{{}{}}}\n}}",
      server.id, go_time(now), server.cluster, server.ip, outbound, outbound.empty() ? "" : "\n  ", inbound,
      inbound.empty() ? "" : "\n  ");
}

std::string healthz_of(const Mesh& mesh, int self) {
  return mesh.server(self).ready
             ? R"({"status":"ok"})"
             : R"({"status":"unavailable","status_code":503,"error":"JetStream has not established contact with a meta leader"})";
}

}  // namespace natsrec::bench
