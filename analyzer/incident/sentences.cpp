#include "analyzer/incident/sentences.hpp"

#include "analyzer/incident/gateway_sentences.hpp"
#include "analyzer/incident/phrases.hpp"

#include <fmt/format.h>

#include <cmath>

namespace natsrec {
namespace {

std::string down(const Finding& f) {
  const auto& d = f.details;
  std::string result =
      fmt::format("{} is down: its monitoring port gives '{}'", at(f, f.server), text(d, "answer"));
  if (const auto& lost = d["lost_by"]; !lost.empty())
    result += fmt::format(", and {} lost {} route to it", listed(lost), lost.size() == 1 ? "its" : "their");
  if (flag(d, "lame_duck")) result += "; it was draining (lame duck) before";
  return result;
}

std::string unreachable(const Finding& f) {
  const auto& d = f.details;
  std::string result =
      fmt::format("{} does not answer on its monitoring port ('{}')", at(f, f.server), text(d, "answer"));
  const auto& still = d["still_listed_by"];
  result += still.empty()
                ? "; no peer can say whether it lives"
                : fmt::format("; {} still list{} a route to it", listed(still), still.size() == 1 ? "s" : "");
  return result;
}

std::string restarted(const Finding& f) {
  std::string result = at(f, f.server) + " was restarted";
  if (flag(f.details, "version_changed")) return result + " with another version";
  return flag(f.details, "lame_duck") ? result + " after a lame-duck shutdown" : result;
}

std::string reconnected(const Finding& f) {
  const auto renewed = f.details.value("renewed", std::size_t{1}),
             of = f.details.value("connections", std::size_t{1});
  std::string result = fmt::format("The route {} – {} was lost and re-established between two epochs",
                                   at(f, f.server), at(f, f.peer));
  if (of > 1) result += fmt::format(" ({} of {} connections)", renewed, of);
  return result;
}

std::string meta_leader_missing(const Finding& f) {
  const auto& d = f.details;
  std::string result = "JetStream has no meta leader";
  if (const auto domain = text(d, "domain"); !domain.empty()) result += " in domain " + domain;
  result += fmt::format(" in {}, as {} tell{}", listed(d["clusters"]), listed(d["told_by"]),
                        d["told_by"].size() == 1 ? "s" : "");
  if (const auto last = text(d, "last_leader"); !last.empty()) result += "; it was " + last;
  return result;
}

std::string duplicate_name(const Finding& f) {
  const auto name = text(f.details, "name");
  if (f.remote_cluster.empty())
    return fmt::format("Two live servers of cluster {} are called {}: {} and {}", f.cluster, name, f.server,
                       f.peer);
  return fmt::format("Clusters {} and {}, which gateways connect, both have a live server called {}",
                     f.cluster, f.remote_cluster, name);
}

std::string pool_degraded(const Finding& f) {
  const auto& d = f.details;
  const auto which = f.account.empty() ? std::string() : fmt::format(" for account {}", f.account);
  return fmt::format("The route {} – {} has {} of {} connections{}, as {} tells", at(f, f.server),
                     at(f, f.peer), d.value("connections", 0), d.value("expected", 0), which,
                     text(d, "seen_from"));
}

std::string slow(const Finding& f) {
  const auto& d = f.details;
  auto result = fmt::format("The route {} – {} is slow: a round trip took {:.0f} ms", at(f, f.server),
                            at(f, f.peer), d.value("rtt_ms", 0.0));
  if (d.contains("usual_ms")) result += fmt::format(", usual are {:.2g} ms", d.value("usual_ms", 0.0));
  return result;
}

/// "2 slow consumers"
std::string counted(const nlohmann::ordered_json& details, const char* key, const char* what) {
  const auto count = details.value(key, std::int64_t{0});
  return count == 0 ? std::string() : fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string backlog(const Finding& f) {
  const auto& d = f.details;
  if (d.contains("most_bytes")) {
    const auto link = f.peer.empty() ? fmt::format("gateway to {}", f.remote_cluster)
                                     : fmt::format("route {} – {}", at(f, f.server), at(f, f.peer));
    return fmt::format("{} holds back up to {} bytes on its {}", at(f, text(d, "held_back_by")),
                       d.value("most_bytes", std::int64_t{0}), link);
  }
  auto result = counted(d, "slow_consumers", "slow consumer");
  const auto stale = counted(d, "stale_connections", "stale connection");
  if (!result.empty() && !stale.empty()) result += " and ";
  return fmt::format("{} gave up on {} among its {}", at(f, f.server), result + stale, listed(d["links"]));
}

}  // namespace

std::string sentence(const Finding& f) {
  const auto& d = f.details;
  switch (f.kind) {
    case Kind::route_down:
      return fmt::format("No route between {} and {}, as {} tell{}", at(f, f.server), at(f, f.peer),
                         listed(d["seen_from"]), d["seen_from"].size() == 1 ? "s" : "");
    case Kind::route_one_sided:
      return fmt::format("{} lists a route to {}, which has none", at(f, text(d, "listed_by")),
                         at(f, text(d, "lacked_by")));
    case Kind::route_silent:
      return fmt::format(
          "The route {} – {} is listed but dead: {} wrote {} messages in {:.0f} s and heard nothing",
          at(f, f.server), at(f, f.peer), text(d, "seen_from"), d.value("written", std::int64_t{0}),
          d.value("silent_s", 0.0));
    case Kind::route_pool_degraded:
      return pool_degraded(f);
    case Kind::route_rtt_high:
      return slow(f);
    case Kind::link_backlog:
      return backlog(f);
    case Kind::configured_peer_missing:
      return fmt::format("{} has route URLs that no member answers to: {}", at(f, f.server),
                         listed(d["urls"]));
    case Kind::cluster_name_mismatch:
      return fmt::format(
          "{} has a route URL ({}) that leads to {}, and no route to it: their clusters are named {} and {}",
          at(f, f.server), text(d, "url"), text(d, "leads_to"), text(d, "cluster"), text(d, "other_cluster"));
    case Kind::route_reconnected:
      return reconnected(f);
    case Kind::route_flapping:
      return fmt::format("The route {} – {} is flapping: re-established at least {} times", at(f, f.server),
                         at(f, f.peer), f.count.value_or(0));
    case Kind::route_count_low:
      return fmt::format("{} has routes to {} of {} peers; missing: {}", at(f, f.server), d.value("peers", 0),
                         d.value("expected", 0), listed(d["missing"]));
    case Kind::cluster_partitioned:
      return fmt::format("Cluster {} is split: {}", f.cluster, listed(d["islands"]));
    case Kind::gateway_down:
    case Kind::gateway_never_connected:
    case Kind::gateway_reconnected:
    case Kind::gateway_failover:
    case Kind::gateway_flapping:
    case Kind::gateway_rtt_high:
    case Kind::gateway_removed:
    case Kind::gateway_config_mismatch:
    case Kind::gateway_name_mismatch:
      return gateway_sentence(f);
    case Kind::meta_leader_missing:
      return meta_leader_missing(f);
    case Kind::restart_loop:
      return fmt::format("{} keeps restarting: at least {} times, first at {}", at(f, f.server),
                         f.count.value_or(0),
                         d["restarts"].empty() ? "" : d["restarts"][0].get<std::string>());
    case Kind::rollout_unsafe:
      return fmt::format("{} {} while {} {} not ready", at(f, f.server), text(d, "how"),
                         listed(d["not_ready"]), d["not_ready"].size() == 1 ? "is" : "are");
    case Kind::duplicate_name:
      return duplicate_name(f);
    case Kind::target_shared:
      return fmt::format(
          "Behind {} stands a balancer: it reached {} in turn, and tells nothing of those it did "
          "not reach",
          f.server, listed(d["servers"]));
    case Kind::server_not_ready:
      return fmt::format("{} is not ready{}: {}", at(f, f.server), flag(d, "lame_duck") ? " (lame duck)" : "",
                         text(d, "error"));
    case Kind::jetstream_unhealthy:
      return fmt::format("{} reports JetStream unhealthy: {}", at(f, f.server), text(d, "error"));
    case Kind::server_down:
      return down(f);
    case Kind::monitor_unreachable:
      return unreachable(f);
    case Kind::server_restarted:
      return restarted(f);
    case Kind::config_reloaded:
      return at(f, f.server) + " reloaded its configuration";
    case Kind::version_changed:
      return fmt::format("{} changed version from {} to {}", at(f, f.server), text(d, "from"), text(d, "to"));
    case Kind::server_joined:
      return at(f, f.server) + " joined";
    case Kind::server_left:
      return fmt::format("{} left: {}", at(f, f.server), text(d, "reason"));
    case Kind::certificate_expiring:
      return fmt::format("The certificate of {}'s {} listener {} at {}", at(f, f.server), text(d, "listener"),
                         flag(d, "expired") ? "ran out" : "runs out", text(d, "not_after"));
    case Kind::clock_skew: {
      const auto skew = d.value("skew_s", 0.0);
      return fmt::format("{}'s clock is {:.1f} s {} the collector's", at(f, f.server), std::abs(skew),
                         skew > 0 ? "ahead of" : "behind");
    }
    case Kind::leafnode_down:
      return fmt::format("Leafnode{} {} of {} gone: no server of its cluster lists {}",
                         d["missing"].size() == 1 ? "" : "s", listed(d["missing"]), at(f, f.server),
                         d["missing"].size() == 1 ? "it" : "them");
    case Kind::collection_gap:
      if (text(d, "reason") == "clock_set_back")
        return fmt::format("The collector's clock was set back by {:.0f} s", d.value("by_s", 0.0));
      return text(d, "reason") == "collector_blind"
                 ? "No target gave a sign of life: nothing is known of this span"
                 : "Nothing was collected in this span";
  }
  return {};
}

}  // namespace natsrec
