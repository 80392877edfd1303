#include "analyzer/incident/model.hpp"

#include <array>

namespace natsrec {
namespace {

// In the order of Kind. The codes are Synadia Insights' checks, see DETECTION §2.
constexpr bool event = true;
constexpr bool condition = false;
constexpr auto information = Severity::info, warning = Severity::warning, critical = Severity::critical;
constexpr std::array kinds{
    KindInfo{"route_down", "", "route down", About::route, "down", condition, warning, warning},
    KindInfo{"route_one_sided", "", "route seen by one end only", About::route, "seen by one end only",
             condition, warning, warning},
    KindInfo{"route_silent", "", "route silent", About::route, "silent", condition, warning, warning},
    KindInfo{"route_pool_degraded", "", "route lacks connections", About::route, "short of connections",
             condition, warning, warning},
    KindInfo{"route_reconnected", "", "route reconnected", About::route, "dropped and came back", event,
             warning, warning},
    KindInfo{"route_flapping", "", "route flapping", About::route, "flapping", condition, warning, warning},
    KindInfo{"route_count_low", "CLUSTER_005", "too few routes", About::server, "with too few routes",
             condition, warning, critical},
    KindInfo{"route_rtt_high", "SERVER_010", "route slow", About::route, "slow", condition, warning, warning},
    KindInfo{"link_backlog", "", "link backed up", About::server, "with a link backed up", condition, warning,
             warning},
    KindInfo{"cluster_partitioned", "", "cluster partitioned", About::cluster, "partitioned", condition,
             critical, critical},
    KindInfo{"configured_peer_missing", "", "configured peer missing", About::server,
             "with a route URL that nobody answers", condition, information, information},
    KindInfo{"cluster_name_mismatch", "", "cluster names differ", About::server,
             "with another cluster name than their peers", condition, warning, warning},
    KindInfo{"gateway_down", "CLUSTER_007", "gateway down", About::gateway, "lost", condition, critical,
             critical},
    KindInfo{"gateway_never_connected", "", "gateway never connected", About::gateway, "never connected to",
             condition, warning, warning},
    KindInfo{"gateway_reconnected", "", "gateway reconnected", About::gateway, "reconnected to", event,
             information, information},
    KindInfo{"gateway_failover", "", "gateway moved to another member", About::gateway,
             "moved to another member of", event, information, information},
    KindInfo{"gateway_flapping", "", "gateway flapping", About::gateway, "flapping towards", condition,
             warning, warning},
    KindInfo{"gateway_rtt_high", "SERVER_018", "gateway slow", About::gateway, "slow towards", condition,
             warning, warning},
    KindInfo{"gateway_removed", "", "gateway removed", About::gateway, "without their gateway to", event,
             information, information},
    KindInfo{"gateway_config_mismatch", "", "gateway configurations differ", About::cluster,
             "whose members differ in their gateways", condition, warning, warning},
    KindInfo{"gateway_name_mismatch", "", "gateway answers under another name", About::gateway,
             "answered under another name than", condition, warning, warning},
    KindInfo{"server_not_ready", "SERVER_001", "server not ready", About::server, "not ready", condition,
             information, critical},
    KindInfo{"jetstream_unhealthy", "SERVER_014", "JetStream unhealthy", About::server,
             "with JetStream unhealthy", condition, information, critical},
    KindInfo{"meta_leader_missing", "", "no JetStream meta leader", About::cluster,
             "without a JetStream meta leader", condition, critical, critical},
    KindInfo{"server_down", "", "server down", About::server, "down", condition, warning, critical},
    KindInfo{"monitor_unreachable", "", "monitoring port unreachable", About::server,
             "did not answer the recorder", condition, warning, warning},
    KindInfo{"server_restarted", "SERVER_008", "server restarted", About::server, "restarted", event,
             information, critical},
    KindInfo{"restart_loop", "", "server restarts again and again", About::server,
             "restarting again and again", condition, critical, critical},
    KindInfo{"rollout_unsafe", "", "rollout went on too early", About::server,
             "taken down while another was not ready", event, warning, warning},
    KindInfo{"config_reloaded", "", "configuration reloaded", About::server, "reloaded the configuration",
             event, information, information},
    KindInfo{"version_changed", "", "version changed", About::server, "changed version", event, information,
             information},
    KindInfo{"server_joined", "", "server joined", About::server, "joined", event, information, information},
    KindInfo{"server_left", "", "server left", About::server, "left", event, information, information},
    KindInfo{"duplicate_name", "", "two servers of one name", About::server, "sharing a name", condition,
             warning, warning},
    KindInfo{"target_shared", "", "one address for several servers", About::server, "behind a shared address",
             condition, information, information},
    KindInfo{"certificate_expiring", "", "certificate expires", About::server,
             "with a certificate that expires", condition, warning, critical},
    KindInfo{"clock_skew", "", "clock off", About::server, "with a clock that is off", condition, information,
             information},
    KindInfo{"leafnode_down", "", "leafnode gone", About::server, "without a leafnode they had", condition,
             warning, warning},
    KindInfo{"collection_gap", "", "nothing recorded", About::recording, "in the recording", condition,
             information, information},
};
static_assert(kinds.size() == kind_count);

}  // namespace

const KindInfo& info(Kind kind) { return kinds.at(static_cast<std::size_t>(kind)); }

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::critical:
      return "critical";
  }
  return "info";
}

std::string_view name(EndedBy by) {
  switch (by) {
    case EndedBy::recovered:
      return "recovered";
    case EndedBy::retired:
      return "retired";
    case EndedBy::expired:
      return "expired";
    case EndedBy::recording_end:
      return "recording_end";
  }
  return "recovered";
}

std::string_view name(LaneState state) {
  switch (state) {
    case LaneState::up:
      return "up";
    case LaneState::degraded:
      return "degraded";
    case LaneState::one_sided:
      return "one_sided";
    case LaneState::not_ready:
      return "not_ready";
    case LaneState::down:
      return "down";
    case LaneState::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace natsrec
