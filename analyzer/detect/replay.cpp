#include "analyzer/detect/replay.hpp"

#include "analyzer/detect/certificates.hpp"
#include "analyzer/detect/counts.hpp"
#include "analyzer/detect/health.hpp"
#include "analyzer/detect/meta.hpp"
#include "analyzer/detect/partitions.hpp"
#include "analyzer/detect/runs.hpp"
#include "analyzer/detect/skew.hpp"
#include "analyzer/state/startup.hpp"

#include <algorithm>
#include <set>

namespace natsrec {

Replay::Replay(const DetectionOptions& options)
    : options_(options),
      membership_(options.member_window),
      identity_detector_(options),
      routes_detector_(options),
      route_rtt_detector_(options),
      backlog_detector_(options),
      gateway_detector_(options) {}
Replay::Replay(const Replay&) = default;
Replay::Replay(Replay&&) noexcept = default;
Replay& Replay::operator=(const Replay&) = default;
Replay& Replay::operator=(Replay&&) noexcept = default;
Replay::~Replay() = default;

void Replay::step(const EpochInfo& info, const Observation& observation, const Deployment* deployment) {
  if (deployment && deployment_ != info.deployment) {
    fleet_.declare(*deployment);
    deployment_ = info.deployment;
  }
  auto declared = info.interval;
  if (!declared && deployment) declared = deployment->interval;
  if (cadence_.gap_before(info, declared)) open_gap(*last_, info.number, "not_collected");
  if (last_ && info.started < *last_) note_clock_set_back(info);
  if (!first_) first_ = info.started;
  ++epochs_;

  if (observation.blind()) {
    open_gap(in_gap_ ? info.started : last_.value_or(info.started), info.number, "collector_blind");
    prove_blindness(observation);
    if (watcher_) watcher_->watch(info, observation, nullptr, *this);
  } else {
    if (in_gap_)
      close_gap(observation.started, observation.epoch);
    else if (last_observed_)
      observed_ += std::max(Duration::zero(), info.started - *last_observed_);
    last_observed_ = info.started;
    detect(info, observation);
  }
  last_ = observation.ended;
  last_epoch_ = info.number;
}

void Replay::open_gap(Time from, std::int64_t epoch, const char* reason) {
  if (in_gap_ && gaps_.back().reason == reason) return;
  if (in_gap_) close_gap(from, epoch);
  in_gap_ = true;
  gaps_.push_back({from, from, reason});
  Moment began{from, from, from, {}};
  if (last_epoch_ == 0) began = {std::nullopt, from, {}, {}};  // blind from the beginning
  auto& finding = ledger_.span(Subject::recording_of(Kind::collection_gap), began, std::nullopt).finding;
  finding.details["reason"] = reason;
  finding.epochs = {last_epoch_ == 0 ? epoch : last_epoch_};
  gap_record_ = ledger_.records().size() - 1;
  lanes_.blank(from);
}

/// That nobody answered is all there is to see of it.
void Replay::prove_blindness(const Observation& observation) {
  auto& proof = ledger_.records()[gap_record_].finding.proof;
  if (!proof.empty()) return;
  for (const auto& target : observation.targets) {
    const FetchFailure* failure = nullptr;
    const auto* failed = target.first_failure(&failure);
    if (!failed) continue;
    const auto known = fleet_.targets().find(target.target);
    const bool told = known != fleet_.targets().end() && known->second.server != nobody;
    proof.push_back({failed->epoch,
                     failed->target,
                     told ? fleet_[known->second.server].display() : target.target.str(),
                     failed->endpoint,
                     {}});
  }
}

void Replay::close_gap(Time by, std::int64_t epoch) {
  in_gap_ = false;
  gaps_.back().by = by;
  auto& finding = ledger_.records()[gap_record_].finding;
  finding.ended = Moment{by, by, by, {}};
  finding.ended_by = EndedBy::recovered;
  finding.ended_epochs = {epoch};
}

/// The collector's clock was set back: spans across this moment are worth nothing, and nothing is said of
/// them.
void Replay::note_clock_set_back(const EpochInfo& info) {
  const Moment moment{info.started, info.started, info.started, {}};
  auto& finding = ledger_.span(Subject::recording_of(Kind::collection_gap), moment, moment).finding;
  finding.details["reason"] = "clock_set_back";
  finding.details["by_s"] = seconds(*last_ - info.started);
  finding.epochs = {last_epoch_};
  finding.ended_epochs = {info.number};
}

void Replay::detect(const EpochInfo& info, const Observation& observation) {
  std::vector<IdentityEvent> events;
  const auto known_before = fleet_.size();
  const auto views = fleet_.identify(observation, events);
  for (const auto gone : fleet_.take_absorbed()) ledger_.merge(fleet_[gone].absorbed_by, gone);
  routes_.update(fleet_, views, interval().value_or(Duration::zero()), events);
  // Whom its peers name before anybody polls it has joined as well.
  for (auto ref = views.size(); ref < fleet_.size() && known_before > 0; ++ref)
    if (auto& server = fleet_.at(ref); server.named) {
      server.announced = true;
      events.push_back({IdentityEvent::What::joined, ref, {}, server.first_seen, {}, {}, server.run.id});
    }
  const auto starting = follow_startup(fleet_, views);
  meta_groups_.connect(fleet_, views);
  for (ServerRef ref = 0; ref < views.size(); ++ref) clocks_.observe(ref, fleet_[ref].run.id, views[ref]);

  const Scene scene{observation.epoch,
                    observation.started,
                    observation.ended,
                    interval().value_or(Duration::zero()),
                    observed_,
                    fleet_,
                    views,
                    clocks_,
                    routes_,
                    meta_groups_,
                    starting};
  follow_members(scene);
  report_runs(scene, events, ledger_);
  restart_detector_.step(scene, events, ledger_);
  identity_detector_.step(scene, fleet_, ledger_);
  reach_detector_.step(scene, ledger_);
  report_health(scene, options_.recovery_grace, fleet_, ledger_);
  rollout_detector_.step(scene, events, ledger_);
  report_meta_leader(scene, ledger_);
  routes_detector_.step(scene, ledger_);
  report_route_counts(scene, routes_detector_.states(), ledger_);
  report_partitions(scene, routes_detector_.states(), ledger_);
  silence_detector_.step(scene, routes_detector_.states(), ledger_);
  pool_detector_.step(scene, routes_detector_.states(), ledger_);
  route_rtt_detector_.step(scene, routes_detector_.states(), ledger_);
  backlog_detector_.step(scene, ledger_);
  configured_peers_.step(scene, ledger_);
  gateway_config_detector_.step(scene, ledger_);
  gateway_detector_.step(scene, ledger_);
  leafnode_detector_.step(scene, ledger_);
  report_certificates(scene, ledger_);
  report_clock_skew(scene, ledger_);

  lanes_.step(scene, routes_detector_.states(), gateway_detector_, ledger_);
  note_outages(scene);
  note_loads(views);
  meta_groups_.note_leaders(fleet_, views);
  if (watcher_) watcher_->watch(info, observation, &scene, *this);
}

void Replay::follow_members(const Scene& scene) {
  for (const auto& left : membership_.update(fleet_, scene)) {
    auto& record = ledger_.event(Subject::server_of(Kind::server_left, left.server),
                                 fleet_[left.server].last_answer, left.seen);
    record.finding.details["reason"] = left.reason;
    record.finding.proof.push_back(evidence(left.seen, fleet_[left.server]));
    ledger_.retire(left.server, left.seen);
  }
  for (const auto ref : membership_.unheard(fleet_, scene)) {
    const bool open = ledger_.any_open(ref);
    if (open && fleet_[ref].member) continue;  // missing until it is seen again, or left
    if (open)
      ledger_.retire(ref, {scene.epoch, scene.started, scene.ended, {}, Endpoint::varz}, EndedBy::expired);
    membership_.forget(fleet_, ref);
  }
}

void Replay::note_loads(const std::vector<ServerView>& views) {
  std::optional<std::vector<Time>> edges;
  for (ServerRef ref = 0; ref < views.size(); ++ref) {
    const auto* varz = views[ref].varz;
    if (!varz) continue;
    const auto& body = *varz->body;
    // Counters of hostile bodies may be any.
    const auto msgs = static_cast<std::uint64_t>(body.in_msgs) + static_cast<std::uint64_t>(body.out_msgs);
    auto& loads = loads_[ref];
    loads.add(body.server_id, varz->seen.answered, body.connections, body.subscriptions,
              static_cast<std::int64_t>(msgs));
    if (!loads.due()) continue;
    if (!edges) edges = edges_of_incidents();
    loads.thin(*edges);
  }
}

/// When incidents may begin or end: with one of the findings that make them.
std::vector<Time> Replay::edges_of_incidents() const {
  std::vector<Time> edges;
  for (const auto& record : ledger_.records()) {
    const auto& finding = record.finding;
    if (finding.severity == Severity::info) continue;
    edges.push_back(finding.began.best());
    if (finding.ended) edges.push_back(finding.ended->best());
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

void Replay::note_outages(const Scene& scene) {
  for (const auto& cluster : fleet_.clusters()) {
    const auto members = fleet_.members(cluster);
    const bool out = !members.empty() && std::all_of(members.begin(), members.end(), [&](ServerRef ref) {
      return ledger_.open(Subject::server_of(Kind::server_down, ref)) != nullptr;
    });
    const auto ongoing = std::find_if(outages_.rbegin(), outages_.rend(), [&](const auto& outage) {
      return outage.cluster == cluster && !outage.to;
    });
    if (out && ongoing == outages_.rend()) outages_.push_back({cluster, scene.started, std::nullopt});
    if (!out && ongoing != outages_.rend()) ongoing->to = scene.ended;
  }
}

std::vector<Gap> Replay::gaps_until(Time end) const {
  auto gaps = gaps_;
  if (in_gap_) gaps.back().by = end;
  return gaps;
}

std::vector<Lane> Replay::lanes() const {
  if (!first_ || !last_) return {};
  return lanes_.finish(fleet_, *first_, *last_);
}

}  // namespace natsrec
