#pragma once
#include "analyzer/detect/backlog.hpp"
#include "analyzer/detect/configured_peers.hpp"
#include "analyzer/detect/gateway_config.hpp"
#include "analyzer/detect/gateways.hpp"
#include "analyzer/detect/identities.hpp"
#include "analyzer/detect/lanes.hpp"
#include "analyzer/detect/leafnodes.hpp"
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/detect/pools.hpp"
#include "analyzer/detect/reach.hpp"
#include "analyzer/detect/restarts.hpp"
#include "analyzer/detect/rollout.hpp"
#include "analyzer/detect/route_rtt.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/detect/silence.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/cadence.hpp"
#include "analyzer/state/clock.hpp"
#include "analyzer/state/fleet.hpp"
#include "analyzer/state/loads.hpp"
#include "analyzer/state/membership.hpp"
#include "analyzer/state/observation.hpp"
#include "analyzer/state/route_table.hpp"
#include "schema/recording.hpp"

#include <map>
#include <optional>
#include <vector>

namespace natsrec {

/// Every member of a cluster down at once: what tells "the remote cluster is dead" from "the way there is
/// cut".
struct ClusterOutage {
  std::string cluster;
  Time from;
  std::optional<Time> to;  ///< absent: still out
  template <class Archive>
  void serialize(Archive& archive) {
    fields<3>(archive, *this);
  }
};

class Replay;

/// Looks over a replay's shoulder: is shown each epoch when all detectors are through with it.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;
  /// `scene` is null where the collector was blind.
  virtual void watch(const EpochInfo& info, const Observation& observation, const Scene* scene,
                     const Replay& replay) = 0;
};

/// Replays a recording, epoch by epoch: bodies become state, state becomes findings. Knows no SQL, no clock
/// and no output; an epoch never uses later ones.
class Replay {
 public:
  explicit Replay(const DetectionOptions& options = {});
  // Of so many detectors that every user would take seconds to compile them.
  Replay(const Replay&);
  Replay(Replay&&) noexcept;
  Replay& operator=(const Replay&);
  Replay& operator=(Replay&&) noexcept;
  ~Replay();

  /// `deployment` is the one in force at this epoch, or null.
  void step(const EpochInfo& info, const Observation& observation, const Deployment* deployment);

  /// Who is shown every epoch from the next on; null: nobody. Not saved.
  void show_to(Watcher* watcher) { watcher_ = watcher; }

  const Ledger& ledger() const { return ledger_; }
  /// It can go on no more then.
  std::vector<Record> take_records() { return std::move(ledger_.records()); }
  const Fleet& fleet() const { return fleet_; }
  /// Spans without observation; one that still lasts ends at `end`.
  std::vector<Gap> gaps_until(Time end) const;
  const std::vector<ClusterOutage>& outages() const { return outages_; }
  const std::map<ServerRef, LoadLog>& loads() const { return loads_; }
  std::vector<Lane> lanes() const;
  /// The same by server, as far as it is known.
  std::vector<LaneRecorder::History> histories() const { return lanes_.histories(); }
  std::optional<Duration> interval() const { return cadence_.interval(); }
  std::optional<Time> first() const { return first_; }
  std::optional<Time> last() const { return last_; }
  std::int64_t epochs() const { return epochs_; }

  /// State of every server, route and gateway after the epoch stepped last.
  std::vector<LaneRecorder::Standing> standings() const { return lanes_.standings(); }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [options, cadence, fleet, clocks, routes, membership, meta_groups, restart_detector,
           identity_detector, reach_detector, rollout_detector, routes_detector, silence_detector,
           pool_detector, route_rtt_detector, backlog_detector, configured_peers, gateway_config_detector,
           gateway_detector, leafnode_detector, lanes, ledger, deployment, gaps, in_gap, gap_record, outages,
           loads, first, last, last_observed, observed, epochs, last_epoch, watcher] = *this;
    static_cast<void>(watcher);
    archive(options, cadence, fleet, clocks, routes, membership, meta_groups, restart_detector,
            identity_detector, reach_detector, rollout_detector, routes_detector, silence_detector,
            pool_detector, route_rtt_detector, backlog_detector, configured_peers, gateway_config_detector,
            gateway_detector, leafnode_detector, lanes, ledger, deployment, gaps, in_gap, gap_record, outages,
            loads, first, last, last_observed, observed, epochs, last_epoch);
  }

 private:
  void open_gap(Time from, std::int64_t epoch, const char* reason);
  void prove_blindness(const Observation& observation);
  void close_gap(Time by, std::int64_t epoch);
  void note_clock_set_back(const EpochInfo& info);
  void detect(const EpochInfo& info, const Observation& observation);
  void note_loads(const std::vector<ServerView>& views);
  std::vector<Time> edges_of_incidents() const;
  void note_outages(const Scene& scene);
  void follow_members(const Scene& scene);

  DetectionOptions options_;
  Cadence cadence_;
  Fleet fleet_;
  Clocks clocks_;
  RouteTable routes_;
  Membership membership_;
  MetaGroups meta_groups_;
  RestartDetector restart_detector_;
  IdentityDetector identity_detector_;
  ReachDetector reach_detector_;
  RolloutDetector rollout_detector_;
  RouteDetector routes_detector_;
  SilenceDetector silence_detector_;
  PoolDetector pool_detector_;
  RouteRttDetector route_rtt_detector_;
  BacklogDetector backlog_detector_;
  ConfiguredPeers configured_peers_;
  GatewayConfigDetector gateway_config_detector_;
  GatewayDetector gateway_detector_;
  LeafnodeDetector leafnode_detector_;
  LaneRecorder lanes_;
  Ledger ledger_;
  std::optional<std::int64_t> deployment_;
  std::vector<Gap> gaps_;
  bool in_gap_ = false;
  std::size_t gap_record_ = 0;
  std::vector<ClusterOutage> outages_;
  std::map<ServerRef, LoadLog> loads_;
  std::optional<Time> first_, last_;   ///< start of the first epoch, end of the newest
  std::optional<Time> last_observed_;  ///< start of the newest epoch that saw anything
  Duration observed_{};
  std::int64_t epochs_ = 0, last_epoch_ = 0;
  Watcher* watcher_ = nullptr;
};

}  // namespace natsrec
