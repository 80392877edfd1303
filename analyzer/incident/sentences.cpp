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

}  // namespace

std::string sentence(const Finding& f) {
  const auto& d = f.details;
  switch (f.kind) {
    case Kind::route_silent:
    case Kind::route_pool_degraded:
    case Kind::route_rtt_high:
    case Kind::link_backlog:
    case Kind::configured_peer_missing:
    case Kind::cluster_name_mismatch:
    case Kind::meta_leader_missing:
    case Kind::restart_loop:
    case Kind::rollout_unsafe:
    case Kind::duplicate_name:
    case Kind::target_shared:
      return fmt::format("{}: {}", at(f, f.server), info(f.kind).title);
    case Kind::route_down:
      return fmt::format("No route between {} and {}, as {} tell{}", at(f, f.server), at(f, f.peer),
                         listed(d["seen_from"]), d["seen_from"].size() == 1 ? "s" : "");
    case Kind::route_one_sided:
      return fmt::format("{} lists a route to {}, which has none", at(f, text(d, "listed_by")),
                         at(f, text(d, "lacked_by")));
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
      return text(d, "reason") == "collector_blind"
                 ? "No target gave a sign of life: nothing is known of this span"
                 : "Nothing was collected in this span";
  }
  return {};
}

}  // namespace natsrec
