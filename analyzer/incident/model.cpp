#include "analyzer/incident/model.hpp"

#include <array>

namespace natsrec {
namespace {

// In the order of Kind. The codes are Synadia Insights' checks, see DETECTION §2.
constexpr bool event = true;
constexpr bool condition = false;
constexpr std::array kinds{
    KindInfo{"route_down", "", "route down", condition},
    KindInfo{"route_one_sided", "", "route seen by one end only", condition},
    KindInfo{"route_reconnected", "", "route reconnected", event},
    KindInfo{"route_flapping", "", "route flapping", condition},
    KindInfo{"route_count_low", "CLUSTER_005", "too few routes", condition},
    KindInfo{"cluster_partitioned", "", "cluster partitioned", condition},
    KindInfo{"gateway_down", "CLUSTER_007", "gateway down", condition},
    KindInfo{"gateway_reconnected", "", "gateway reconnected", event},
    KindInfo{"gateway_failover", "", "gateway moved to another member", event},
    KindInfo{"server_not_ready", "SERVER_001", "server not ready", condition},
    KindInfo{"jetstream_unhealthy", "SERVER_014", "JetStream unhealthy", condition},
    KindInfo{"server_down", "", "server down", condition},
    KindInfo{"monitor_unreachable", "", "monitoring port unreachable", condition},
    KindInfo{"server_restarted", "SERVER_008", "server restarted", event},
    KindInfo{"config_reloaded", "", "configuration reloaded", event},
    KindInfo{"version_changed", "", "version changed", event},
    KindInfo{"server_joined", "", "server joined", event},
    KindInfo{"server_left", "", "server left", event},
    KindInfo{"collection_gap", "", "nothing recorded", condition},
};
static_assert(kinds.size() == static_cast<std::size_t>(Kind::collection_gap) + 1);

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
