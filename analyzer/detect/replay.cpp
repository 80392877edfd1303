#include "analyzer/detect/replay.hpp"

#include "analyzer/detect/certificates.hpp"
#include "analyzer/detect/counts.hpp"
#include "analyzer/detect/health.hpp"
#include "analyzer/detect/partitions.hpp"
#include "analyzer/detect/runs.hpp"
#include "analyzer/detect/skew.hpp"
#include "analyzer/state/startup.hpp"

#include <algorithm>
#include <set>

namespace natsrec {

void Replay::step(const EpochInfo& info, const Observation& observation, const Deployment* deployment) {
  if (deployment && deployment_ != info.deployment) {
    fleet_.declare(*deployment);
    deployment_ = info.deployment;
  }
  auto declared = info.interval;
  if (!declared && deployment) declared = deployment->interval;
  if (cadence_.gap_before(info, declared)) open_gap(*last_, "not_collected");
  if (!first_) first_ = info.started;
  ++epochs_;

  if (observation.blind()) {
    open_gap(last_.value_or(info.started), "collector_blind");
  } else {
    if (in_gap_)
      close_gap(observation);
    else if (last_observed_)
      observed_ += std::max(Duration::zero(), info.started - *last_observed_);
    last_observed_ = info.started;
    detect(observation);
  }
  last_ = observation.ended;
  last_epoch_ = info.number;
}

void Replay::open_gap(Time from, const char* reason) {
  if (in_gap_) {
    gaps_.back().reason = reason;
    return;
  }
  in_gap_ = true;
  epoch_before_gap_ = last_epoch_;
  gaps_.push_back({from, from, reason});
  lanes_.blank(from);
}

void Replay::close_gap(const Observation& observation) {
  in_gap_ = false;
  gaps_.back().by = observation.started;
  if (epoch_before_gap_ == 0) return;  // blind from the beginning: nothing was interrupted
  const Moment began{gaps_.back().after, gaps_.back().after, gaps_.back().after, {}};
  const Moment ended{observation.started, observation.started, observation.started, {}};
  auto& finding = ledger_.span(Subject::recording_of(Kind::collection_gap), began, ended).finding;
  finding.details["reason"] = gaps_.back().reason;
  finding.epochs = {epoch_before_gap_};
  finding.ended_epochs = {observation.epoch};
}

void Replay::detect(const Observation& observation) {
  std::vector<IdentityEvent> events;
  const auto views = fleet_.identify(observation, events);
  routes_.update(fleet_, views, interval().value_or(Duration::zero()));
  const auto starting = follow_startup(fleet_, views);
  for (ServerRef ref = 0; ref < views.size(); ++ref) clocks_.observe(ref, fleet_[ref].run.id, views[ref]);

  const Scene scene{observation.epoch,
                    observation.started,
                    observation.ended,
                    interval().value_or(Duration::zero()),
                    observed_,
                    meta_leader_,
                    fleet_,
                    views,
                    clocks_,
                    routes_,
                    starting};
  for (auto& left : membership_.update(fleet_, scene)) {
    auto& record = ledger_.event(Subject::server_of(Kind::server_left, left.server),
                                 fleet_[left.server].last_answer, left.seen);
    record.finding.details["reason"] = left.reason;
    ledger_.retire(left.server, left.seen);
  }
  report_runs(scene, events, ledger_);
  reach_detector_.step(scene, ledger_);
  report_health(scene, fleet_, ledger_);
  routes_detector_.step(scene, ledger_);
  report_route_counts(scene, ledger_);
  report_partitions(scene, routes_detector_.states(), ledger_);
  gateway_config_detector_.step(scene, ledger_);
  gateway_detector_.step(scene, ledger_);
  leafnode_detector_.step(scene, ledger_);
  report_certificates(scene, ledger_);
  report_clock_skew(scene, ledger_);

  lanes_.step(scene, routes_detector_.states(), gateway_detector_, ledger_);
  note_outages(scene);
  note_loads(views);
  note_meta_leader(views);
}

void Replay::note_loads(const std::vector<ServerView>& views) {
  for (ServerRef ref = 0; ref < views.size(); ++ref) {
    const auto* varz = views[ref].varz;
    if (!varz) continue;
    loads_[ref].push_back({varz->seen.answered, varz->body->server_id, varz->body->connections,
                           varz->body->subscriptions, varz->body->in_msgs + varz->body->out_msgs});
  }
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

void Replay::note_meta_leader(const std::vector<ServerView>& views) {
  // Who most say it is; the newest known leader stays on record while nobody knows one.
  std::map<std::string, int> votes;
  for (const auto& view : views)
    if (view.varz && view.varz->body->meta && !view.varz->body->meta->leader.empty())
      ++votes[view.varz->body->meta->leader];
  const auto most = std::max_element(votes.begin(), votes.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != votes.end()) meta_leader_ = most->first;
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
