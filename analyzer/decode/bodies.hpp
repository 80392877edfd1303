#pragma once
#include "analyzer/saved/fields.hpp"
#include "schema/interned.hpp"
#include "schema/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the four endpoints say, as far as it is evidence. Field names follow NATS's monitoring documents,
/// nats-server 2.9 to 2.14. Everything a version may lack is optional. Nothing after this knows JSON.
namespace natsrec {

/// State of JetStream's meta group as one server sees it (varz.jetstream.meta).
struct Meta {
  std::string leader;  ///< server name; empty: none known
  int cluster_size = 0;
  std::vector<std::string> offline;  ///< replicas that the leader misses; only the leader tells
  bool operator==(const Meta&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<3>(archive, *this);
  }
};

/// How many connections of one sort a server gave up on since its start.
struct ByLink {
  std::int64_t routes = 0, gateways = 0, leafs = 0;
  bool operator==(const ByLink&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<3>(archive, *this);
  }
};

/// When a listener's certificate runs out.
struct Certificate {
  std::string listener;  ///< "" for clients, else cluster, gateway, leaf, mqtt, websocket
  Time not_after;
  bool operator==(const Certificate&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<2>(archive, *this);
  }
};

/// A remote cluster as configured.
struct RemoteGateway {
  Interned name;
  std::vector<Interned> urls;  ///< sorted; servers print them in random order
  std::size_t index = 0;       ///< place in the body's array, for evidence
  bool operator==(const RemoteGateway&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<3>(archive, *this);
  }
};

struct Varz {
  Interned server_id;    ///< new at every process start
  Interned server_name;  ///< equals server_id when unset
  Interned version;
  Interned host;
  int port = 0;
  int http_port = 0;
  Time start;
  Time now;
  Time config_load_time;
  Interned cluster;       ///< a label that can be stale; empty: not clustered
  Interned cluster_addr;  ///< what the listener for routes is bound to; may be a wildcard
  int cluster_port = 0;
  std::vector<Interned> route_urls;  ///< configured routes, sorted; may name the server itself
  std::optional<int> pool_size;      ///< since 2.10; negative: pooling is off
  Interned gateway;                  ///< own cluster's name as gateway; empty: gateways are off
  Interned gateway_host;             ///< where it listens, often 0.0.0.0
  int gateway_port = 0;
  Interned gateway_advertise;           ///< host:port that others are told to dial; empty: none
  std::vector<RemoteGateway> gateways;  ///< configured remotes, without the server's own name
  Interned system_account;
  bool jetstream = false;
  Interned domain;
  std::optional<Meta> meta;
  std::optional<ByLink> slow_consumers;     ///< since 2.10; cumulative
  std::optional<ByLink> stale_connections;  ///< since 2.12; cumulative
  std::vector<Certificate> certificates;    ///< since 2.11.12, 2.12.4 and 2.14
  std::int64_t leafnodes = 0;
  std::int64_t connections = 0;
  std::int64_t subscriptions = 0;
  std::int64_t in_msgs = 0;
  std::int64_t out_msgs = 0;
  bool operator==(const Varz&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<31>(archive, *this);
  }
};

/// One TCP connection of a route. Pooled and per-account routes have several per peer.
struct Route {
  std::uint64_t rid = 0;
  Interned remote_id;
  Interned remote_name;  ///< since 2.9.16
  Interned account;      ///< since 2.10, only on per-account routes
  Interned ip;
  int port = 0;  ///< of the remote end of the socket: ephemeral on the accepting side
  Time start;
  std::optional<Duration> rtt;
  std::int64_t pending = 0;  ///< bytes
  std::int64_t in_msgs = 0;
  std::int64_t out_msgs = 0;
  std::size_t index = 0;  ///< place in the body's array, for evidence; the order means nothing
  bool operator==(const Route&) const = default;
};

struct Routez {
  Interned server_id;
  std::string server_name;  ///< since 2.9.16
  Time now;
  std::vector<Route> routes;
  bool operator==(const Routez&) const = default;
};

struct GatewayConnection {
  std::uint64_t cid = 0;
  Interned remote_id;  ///< connection.name: the remote server's id
  Interned ip;
  int port = 0;
  Time start;  ///< when it was dialled, which can be long before it was registered
  std::optional<Duration> rtt;
  std::int64_t pending = 0;  ///< bytes
  bool operator==(const GatewayConnection&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<7>(archive, *this);
  }
};

struct Outbound {
  bool configured = false;
  GatewayConnection connection;
  bool operator==(const Outbound&) const = default;
};

struct Gatewayz {
  Interned server_id;
  Time now;
  std::string name;                          ///< own cluster; empty: gateways are off
  std::map<std::string, Outbound> outbound;  ///< connected remotes; a lost one is absent
  std::map<std::string, std::vector<GatewayConnection>> inbound;
  bool operator==(const Gatewayz&) const = default;
};

/// One leafnode connection. It has no start: that it was made anew shows in its id or port only.
struct Leaf {
  std::string name;  ///< since 2.9.15: the remote server's
  std::string account;
  std::string ip;
  int port = 0;
  std::optional<std::uint64_t> cid;  ///< since 2.11.7
  bool spoke = false;                ///< since 2.9.15: the lister dialled, and is the leafnode of the pair
};

struct Leafz {
  Interned server_id;
  Time now;
  std::vector<Leaf> leafs;
};

/// What a failing healthz complains about.
enum class HealthProblem : std::uint8_t {
  readiness,  ///< a listener is not (or, in lame duck, no longer) open
  jetstream,  ///< the subsystem
  asset,      ///< one stream, consumer or account
  other,
};

struct Healthz {
  struct Error {
    HealthProblem problem = HealthProblem::other;
    std::string text;
    std::string pointer;
  };
  bool ok = false;
  std::vector<Error> errors;

  const Error* find(HealthProblem problem) const {
    for (const auto& error : errors)
      if (error.problem == problem) return &error;
    return nullptr;
  }
};

/// The listeners a readiness complaint names: server, route, gateway, leafnode, websocket, mqtt; lower case,
/// sorted, bind errors in brackets cut off. Source: nats-server's readyForConnections.
std::vector<std::string> listeners_not_ready(const std::string& text);

}  // namespace natsrec
