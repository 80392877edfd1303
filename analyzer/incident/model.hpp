#pragma once
#include "analyzer/saved/fields.hpp"
#include "schema/snapshot.hpp"
#include "schema/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What an analysis has to say: findings, the incidents they form, and the lanes of the timeline.
/// Reports know this header and nothing of detectors or JSON bodies.
namespace natsrec {

enum class Severity : std::uint8_t { info, warning, critical };

/// The kinds of DETECTION §2. Names are what people alert on: never rename one.
enum class Kind : std::uint8_t {
  route_down,
  route_one_sided,
  route_silent,
  route_pool_degraded,
  route_reconnected,
  route_flapping,
  route_count_low,
  route_rtt_high,
  link_backlog,
  cluster_partitioned,
  configured_peer_missing,
  cluster_name_mismatch,
  gateway_down,
  gateway_never_connected,
  gateway_reconnected,
  gateway_failover,
  gateway_flapping,
  gateway_rtt_high,
  gateway_removed,
  gateway_config_mismatch,
  gateway_name_mismatch,
  server_not_ready,
  jetstream_unhealthy,
  meta_leader_missing,
  server_down,
  monitor_unreachable,
  server_restarted,
  restart_loop,
  rollout_unsafe,
  config_reloaded,
  version_changed,
  server_joined,
  server_left,
  duplicate_name,
  target_shared,
  certificate_expiring,
  clock_skew,
  leafnode_down,
  collection_gap,
};
inline constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::collection_gap) + 1;

/// What a finding is about, so that many of one kind can be counted in words.
enum class About : std::uint8_t { server, route, gateway, cluster, recording };

struct KindInfo {
  std::string_view name;   ///< route_down
  std::string_view check;  ///< Synadia Insights' code (CLUSTER_005), or empty
  std::string_view title;  ///< short, for people: "route down"
  About about;
  std::string_view many;  ///< what several subjects are told to be or do: "3 routes of east" + "down"
  bool event;             ///< an event at one moment, else a condition over a span
  Severity least, most;   ///< of a finding of this kind that nothing else explains; explained ones are info
};
const KindInfo& info(Kind kind);
std::string_view name(Severity severity);

/// A moment as far as it is known. `by` is when the proving snapshot was answered, `after` when the last
/// snapshot that proves the contrary was asked (absent: never seen otherwise), `exact` what a body tells, on
/// the collector's clock.
struct Moment {
  std::optional<Time> after;
  Time by;
  std::optional<Time> exact;
  std::optional<double> exact_error_s;

  /// Best single guess, for drawing and durations: exact, else by.
  Time best() const { return exact.value_or(by); }
  /// The earliest it can have been.
  Time earliest() const { return exact ? *exact : after.value_or(by); }
  template <class Archive>
  void serialize(Archive& archive) {
    fields<4>(archive, *this);
  }
};

/// Where in the recording something can be seen: an object in a body (JSON pointer, RFC 6901), or a failed
/// request.
struct Evidence {
  std::int64_t epoch = 0;
  std::string target;
  std::string server;  ///< cluster/name, or the target where nobody knows
  Endpoint endpoint = Endpoint::varz;
  std::string pointer;  ///< empty: the whole body, or the failure
  bool operator==(const Evidence&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<5>(archive, *this);
  }
};

enum class EndedBy : std::uint8_t { recovered, retired, expired, recording_end };
std::string_view name(EndedBy by);

struct Finding {
  std::string id;  ///< kind:cluster/subject:by
  Kind kind = Kind::route_down;
  Severity severity = Severity::info;
  std::string incident;  ///< id, or empty
  // Subject; empty where it does not apply. For pairs server < peer.
  std::string cluster, server, peer, account, remote_cluster;
  Moment began;
  std::optional<Moment> ended;  ///< conditions only; absent while open
  std::optional<EndedBy> ended_by;
  std::optional<int> count;    ///< of re-establishments: a lower bound
  std::string text;            ///< one sentence
  std::string consequence_of;  ///< id of the finding that explains this one, or empty
  nlohmann::ordered_json details = nlohmann::ordered_json::object();
  std::vector<Evidence> proof;     ///< what proves it
  std::vector<Evidence> contrary;  ///< what it was like before, where only the change proves it
  std::vector<std::int64_t>
      epochs;  ///< [epoch proving the contrary, epoch proving this]; the first may be missing
  std::vector<std::int64_t> ended_epochs;  ///< likewise for the end

  bool instant() const { return info(kind).event; }
  bool open() const { return !instant() && !ended; }
  template <class Archive>
  void serialize(Archive& archive) {
    fields<20>(archive, *this);
  }
};

struct Cause {
  std::string cause;       ///< process_down, network_cut, … (DETECTION §4)
  std::string confidence;  ///< certain, likely or possible
  std::string why;         ///< one or two sentences
  std::vector<Evidence> evidence;
  std::vector<std::string> next;  ///< commands to run next, with this incident's hosts and ports
  std::int64_t epoch = 0;         ///< the first that shows it; 0: none does
};

/// A quantity before, at its worst, and after an incident, as the bodies tell; absent where nothing was
/// observed.
struct Measured {
  std::optional<double> before, worst, after;
};
struct ServerImpact {
  std::string server;  ///< cluster/name
  Measured connections, subscriptions, msgs_per_s;
};

struct GatewayRef {
  std::string server;  ///< cluster/name
  std::string remote_cluster;
  auto operator<=>(const GatewayRef&) const =
      default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's mistake
};

struct Incident {
  std::string id;  ///< eight base32 characters
  std::vector<std::string> merged;
  Severity severity = Severity::warning;
  std::string title;
  bool open = false;
  Moment began;
  std::optional<Moment> ended;
  Duration duration{}, duration_min{}, duration_max{};  ///< while open: up to the end of the recording
  double observed_share = 1;                            ///< of its span, the part not inside a collection gap
  std::vector<std::string> clusters;
  std::vector<std::string> servers;                        ///< cluster/name
  std::vector<std::pair<std::string, std::string>> links;  ///< pairs of cluster/name
  std::vector<GatewayRef> gateways;
  std::vector<std::string> checks;
  std::string impact;
  std::vector<ServerImpact> impact_measured;
  std::vector<std::string> context;   ///< ids of findings of the 24 h before: reloads, versions, joins
  std::vector<std::string> findings;  ///< ids, in order of time
  std::vector<Cause> causes;          ///< best first; never empty
};

/// A span without observation between two epochs.
struct Gap {
  Time after, by;
  std::string reason;  ///< not_collected, collector_blind
  template <class Archive>
  void serialize(Archive& archive) {
    fields<3>(archive, *this);
  }
};

/// State of one subject over time, for drawing. Spans are in order, do not overlap, and cover the recording.
enum class LaneKind : std::uint8_t { server, route, gateway };
enum class LaneState : std::uint8_t { up, degraded, one_sided, not_ready, down, unknown };
std::string_view name(LaneState state);

struct LaneSpan {
  Time from, to;
  LaneState state = LaneState::unknown;
};
/// A moment on a lane: a restart, a reconnect between two epochs, a reload.
struct LaneMark {
  Moment at;
  std::string finding;  ///< id of its finding
};
struct Lane {
  LaneKind kind = LaneKind::server;
  std::string cluster;
  std::string label;  ///< "a1", "a1 – a2", "a1 → west"
  std::vector<LaneSpan> spans;
  std::vector<LaneMark> marks;
};

struct ServerInfo {
  std::string server;  ///< cluster/name
  std::string version;
  std::vector<std::string> targets;
};

/// The recording as far as reports need to know it.
struct RecordingInfo {
  std::string id;
  std::string name;  ///< file name without folders
  std::optional<Time> first_epoch, last_epoch;
  std::int64_t epochs = 0;
  std::optional<Duration> interval;  ///< the one in force at the end
  double coverage = 1;               ///< share of the span that lies in no gap
  std::int64_t damage = 0;           ///< snapshots that could not be restored
  std::vector<Gap> gaps;
  std::vector<ServerInfo> servers;
};

/// Everything an analysis found, ready to be told. Sorted: incidents and findings by time, then id.
struct Analysis {
  std::optional<Time> as_of;  ///< time of the last epoch analysed
  RecordingInfo recording;
  std::vector<Incident> incidents;
  std::vector<Finding> findings;
  std::vector<Lane> lanes;  ///< by cluster, then servers, routes, gateways, each by label
};

/// A note of the reader's own on the timeline, from --annotations: a deploy, a page.
struct Annotation {
  Time time;
  std::string text;
  std::string who;
};

}  // namespace natsrec
