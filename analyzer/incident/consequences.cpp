#include "analyzer/incident/consequences.hpp"

#include <algorithm>
#include <map>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto time_to_dial = 10s;
constexpr auto reload_reach = 60s;
constexpr auto pause_of_a_rollout = 5min;  // at most, between the restarts of two members
constexpr auto election = 30s;             // a round takes 4 to 9 s, and may fail once or twice

class Explainer {
 public:
  Explainer(std::vector<Record>& records, const std::vector<ClusterOutage>& outages, Duration grace, Time end)
      : records_(records), outages_(outages), grace_(grace), end_(end) {
    for (std::size_t i = 0; i < records_.size(); ++i)
      by_subject_[{records_[i].subject.kind, records_[i].subject.server}].push_back(i);
  }

  void run() {
    each(Kind::monitor_unreachable,
         [&](Record& r) { because_of(r, Kind::server_down, r.subject.server, 0s); });
    each(Kind::route_down, [&](Record& r) { by_end_or_reload(r); });
    each(Kind::route_one_sided, [&](Record& r) { one_sided(r); });
    each(Kind::route_reconnected, [&](Record& r) { reconnected(r); });
    each(Kind::route_flapping, [&](Record& r) { flapping(r); });
    each(Kind::route_reconnected, [&](Record& r) { part_of_flapping(r); });
    each(Kind::route_silent, [&](Record& r) { because_of_an_end(r, Kind::server_down, 0s); });
    each(Kind::route_rtt_high, [&](Record& r) { answered_late(r); });
    each(Kind::route_pool_degraded, [&](Record& r) { by_end_or_reload(r); });
    each(Kind::link_backlog, [&](Record& r) { backlog(r); });
    each(Kind::route_count_low, [&](Record& r) { count_low(r); });
    for (const auto kind : {Kind::gateway_failover, Kind::gateway_reconnected})
      each(kind, [&](Record& r) { gateway_moved(r); });
    each(Kind::gateway_down, [&](Record& r) { gateway_down(r); });
    each(Kind::gateway_never_connected, [&](Record& r) { same_gateway(r, Kind::gateway_name_mismatch); });
    each(Kind::gateway_config_mismatch, [&](Record& r) { rolling_change(r); });
    each(Kind::meta_leader_missing, [&](Record& r) {
      all_restarted(r);
      if (!r.because) leader_handed_over(r);
    });
    each(Kind::jetstream_unhealthy, [&](Record& r) {
      recovering(r);
      if (!r.because) electing(r);
    });
    each(Kind::server_not_ready, [&](Record& r) {
      if (r.finding.severity == Severity::info)
        because_of(r, Kind::server_restarted, r.subject.server, reload_reach);
    });
    each(Kind::server_down, [&](Record& r) { upgraded(r); });
  }

 private:
  template <class F>
  void each(Kind kind, F f) {
    for (auto& record : records_)
      if (record.subject.kind == kind && !record.because) f(record);
  }

  Time end_of(const Finding& finding) const {
    if (finding.instant()) return finding.began.by;
    return finding.ended ? finding.ended->by : end_;
  }

  /// The effect can have begun while the cause was at work, or up to `tail` later.
  bool follows(const Finding& effect, const Finding& cause, Duration tail) const {
    return effect.began.by >= cause.began.earliest() && effect.began.earliest() <= end_of(cause) + tail;
  }

  std::optional<std::size_t> find(const Record& effect, Kind kind, ServerRef server, Duration tail) const {
    const auto found = by_subject_.find({kind, server});
    if (server == nobody || found == by_subject_.end()) return std::nullopt;
    for (const auto index : found->second)
      if (&records_[index] != &effect && follows(effect.finding, records_[index].finding, tail)) return index;
    return std::nullopt;
  }

  bool because_of(Record& effect, const std::optional<std::size_t>& cause) {
    effect.because = cause;
    if (effect.because) effect.finding.severity = Severity::info;
    return effect.because.has_value();
  }
  bool because_of(Record& effect, Kind kind, ServerRef server, Duration tail) {
    return because_of(effect, find(effect, kind, server, tail));
  }

  /// Of two causes the one that was there first; which end of a link comes first is a matter of names.
  std::optional<std::size_t> earlier(std::optional<std::size_t> a, std::optional<std::size_t> b) const {
    if (!a || !b) return a ? a : b;
    return records_[*b].finding.began.best() < records_[*a].finding.began.best() ? b : a;
  }
  std::size_t first_cause(std::size_t cause) const {
    while (records_[cause].because) cause = *records_[cause].because;
    return cause;
  }
  bool because_of_an_end(Record& link, Kind kind, Duration tail) {
    return because_of(link, earlier(find(link, kind, link.subject.server, tail),
                                    find(link, kind, link.subject.peer, tail)));
  }

  /// The links of a server that is down or was restarted.
  bool by_its_end(Record& effect, ServerRef server) {
    return because_of(effect, Kind::server_down, server, 0s) ||
           because_of(effect, Kind::server_restarted, server, time_to_dial);
  }

  bool pair(Record& r) {
    return because_of_an_end(r, Kind::server_down, 0s) ||
           because_of_an_end(r, Kind::server_restarted, time_to_dial);
  }

  /// A link that was re-established within 60 s of a reload of one of its ends belongs to the reload.
  bool reloaded(Record& r) {
    std::optional<std::size_t> because;
    for (const auto end : {r.subject.server, r.subject.peer}) {
      const auto reload = find(r, Kind::config_reloaded, end, reload_reach);
      if (reload && r.finding.ended &&
          r.finding.ended->best() <= records_[*reload].finding.began.best() + reload_reach)
        because = earlier(because, reload);
    }
    return because_of(r, because);
  }

  bool by_end_or_reload(Record& r) { return pair(r) || reloaded(r); }

  /// Records of one kind about the same pair that have to do with the time of `r`.
  std::vector<Record*> of_pair(Kind kind, const Record& r) {
    std::vector<Record*> result;
    const auto found = by_subject_.find({kind, r.subject.server});
    if (found == by_subject_.end()) return result;
    for (const auto index : found->second)
      if (records_[index].subject.peer == r.subject.peer && follows(records_[index].finding, r.finding, 0s))
        result.push_back(&records_[index]);
    return result;
  }

  /// Flapping is explained if each of its re-establishments is, as by one reload after the other.
  void flapping(Record& r) {
    auto drops = of_pair(Kind::route_reconnected, r);
    const auto losses = of_pair(Kind::route_down, r);
    drops.insert(drops.end(), losses.begin(), losses.end());
    if (drops.empty() ||
        std::any_of(drops.begin(), drops.end(), [](const auto* drop) { return !drop->because; }))
      return;
    r.because = drops.front()->because;
    r.finding.severity = Severity::info;
  }

  void part_of_flapping(Record& r) {
    const auto found = by_subject_.find({Kind::route_flapping, r.subject.server});
    if (found == by_subject_.end()) return;
    for (const auto index : found->second)
      if (records_[index].subject.peer == r.subject.peer && follows(r.finding, records_[index].finding, 0s)) {
        r.because = index;
        r.finding.severity = Severity::info;
        return;
      }
  }

  /// Pings that went unanswered are how a server notices that a route is dead.
  /// Stale connections are how a server notices that a link is dead, one connection after the other.
  bool noticed_a_loss(Record& r) {
    std::optional<std::size_t> because;
    for (const auto& [key, indices] : by_subject_)
      if (key.first == Kind::route_down || key.first == Kind::gateway_down ||
          key.first == Kind::gateway_failover || key.first == Kind::gateway_reconnected)
        for (const auto index : indices) {
          const auto& loss = records_[index];
          if (loss.subject.server != r.subject.server && loss.subject.peer != r.subject.server) continue;
          const bool before = r.finding.began.by + time_to_dial < loss.finding.began.earliest();
          if (before || r.finding.began.earliest() > end_of(loss.finding) + time_to_dial) continue;
          because = earlier(because, loss.because ? loss.because : index);
        }
    return because_of(r, because);
  }

  /// A ping that a frozen server answers when it goes on has been on its way for all that time.
  void answered_late(Record& r) {
    for (const auto kind : {Kind::monitor_unreachable, Kind::server_down})
      if (!r.because) because_of_an_end(r, kind, time_to_dial);
  }

  /// What waits for a server that is down, and what was given up on with it.
  void backlog(Record& r) {
    const auto& subject = r.subject;
    if (subject.peer != nobody) {
      pair(r);
      return;
    }
    const auto& details = r.finding.details;
    if (!details.contains("slow_consumers") && noticed_a_loss(r)) return;
    const auto tells = [&](const char* link) {
      const auto links = details.find("links");
      return links != details.end() && std::find(links->begin(), links->end(), link) != links->end();
    };
    std::optional<std::size_t> because;
    for (const auto& [key, indices] : by_subject_)
      if (key.first == Kind::server_down)
        for (const auto index : indices) {
          const auto& down = records_[index].finding;
          const bool same = down.cluster == r.finding.cluster;
          const bool concerned =
              subject.remote.empty() ? tells(same ? "routes" : "gateways") : down.cluster == subject.remote;
          if (concerned && follows(r.finding, down, time_to_dial)) because = earlier(because, index);
        }
    because_of(r, because);
  }

  void one_sided(Record& r) {
    if (by_end_or_reload(r)) return;
    // A break that one end saw long before the other is still one break: the loss told by both ends stands
    // for it.
    const auto found = by_subject_.find({Kind::route_down, r.subject.server});
    if (found == by_subject_.end() || !r.finding.ended) return;
    for (const auto index : found->second) {
      const auto& down = records_[index];
      const bool next = down.finding.epochs.back() <= r.finding.ended_epochs.back() &&
                        end_of(down.finding) >= r.finding.ended->by;
      if (down.subject.peer != r.subject.peer || !next) continue;
      r.because = index;
      r.finding.severity = Severity::info;
      return;
    }
  }

  void reconnected(Record& r) {
    if (because_of_an_end(r, Kind::config_reloaded, reload_reach) ||
        because_of_an_end(r, Kind::monitor_unreachable, time_to_dial) || pair(r))
      return;
    // A connection that was missed for long and came back: its lack is what is told.
    const auto found = by_subject_.find({Kind::route_pool_degraded, r.subject.server});
    if (found == by_subject_.end()) return;
    for (const auto index : found->second)
      if (records_[index].subject.peer == r.subject.peer && follows(r.finding, records_[index].finding, 0s)) {
        r.because = index;
        r.finding.severity = Severity::info;
        return;
      }
  }

  /// A low count says no more than the losses it counts.
  void count_low(Record& r) {
    std::optional<std::size_t> because;
    for (const auto kind : {Kind::route_down, Kind::route_one_sided})
      for (const auto& loss : records_) {
        const auto& subject = loss.subject;
        if (subject.kind != kind || (subject.server != r.subject.server && subject.peer != r.subject.server))
          continue;
        if (!follows(r.finding, loss.finding, time_to_dial) ||
            end_of(r.finding) < loss.finding.began.earliest())
          continue;
        if (!loss.because) return;
        because = earlier(because, first_cause(*loss.because));
      }
    if (!because) {
      // Its peers may have restarted so fast that nobody else could say the link was down.
      for (const auto& [key, indices] : by_subject_)
        if (key.first == Kind::server_restarted || key.first == Kind::server_down)
          for (const auto index : indices)
            if (is_missing(r, records_[index]) && follows(r.finding, records_[index].finding, time_to_dial))
              because = earlier(because, index);
    }
    because_of(r, because);
  }

  static bool is_missing(const Record& count, const Record& peer) {
    const auto& missing = count.finding.details["missing"];
    return count.finding.cluster == peer.finding.cluster &&
           std::find(missing.begin(), missing.end(), peer.finding.server) != missing.end();
  }

  void gateway_moved(Record& r) {
    if (by_its_end(r, r.toward)) return;
    if (because_of(r, Kind::monitor_unreachable, r.toward, 0s)) return;
    same_gateway(r, Kind::gateway_flapping);
  }

  /// What is told of the same gateway by another kind.
  void same_gateway(Record& r, Kind kind) {
    const auto found = by_subject_.find({kind, r.subject.server});
    if (found == by_subject_.end()) return;
    for (const auto index : found->second)
      if (records_[index].subject.remote == r.subject.remote &&
          follows(r.finding, records_[index].finding, 0s)) {
        r.because = index;
        r.finding.severity = Severity::info;
        return;
      }
  }

  /// A new configuration goes from member to member: that they differ meanwhile says nothing, unless it stays
  /// so when the restarts are over.
  void rolling_change(Record& r) {
    const auto over = end_of(r.finding);
    std::optional<std::size_t> first;
    std::optional<Time> last;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const auto& change = records_[i].finding;
      const bool starts = change.kind == Kind::server_restarted || change.kind == Kind::server_joined;
      if (!starts || change.cluster != r.finding.cluster || change.began.earliest() > over) continue;
      if (!first && follows(r.finding, change, 0s)) first = i;
      last = std::max(last.value_or(change.began.by), change.began.by);
    }
    if (!first || over - *last > pause_of_a_rollout) return;
    r.because = first;
    r.finding.severity = Severity::info;
  }

  /// Between the loss of its peer and the dialling of another member a server has no gateway for a moment.
  void gateway_down(Record& r) {
    const auto& finding = r.finding;
    const auto proven =
        (finding.ended ? finding.ended->after.value_or(finding.began.by) : end_) - finding.began.by;
    if (proven >= time_to_dial) return;
    for (const auto& outage : outages_)
      if (outage.cluster == r.subject.remote && finding.began.earliest() <= outage.to.value_or(end_) &&
          end_of(finding) >= outage.from)
        return;
    by_its_end(r, r.toward);
  }

  /// JetStream catches up after a restart. If the whole group lost its leader in that time, that is what
  /// explains it.
  void recovering(Record& r) {
    if (r.finding.severity > Severity::info) return;  // it lasted longer than a start explains
    if (!because_of(r, Kind::server_restarted, r.subject.server, grace_)) return;
    for (std::size_t i = 0; i < records_.size(); ++i)
      if (records_[i].finding.details.value("was_meta_leader", false) &&
          follows(r.finding, records_[i].finding, 0s))
        r.because = i;
  }

  /// A group that was started as a whole has its first leader to find.
  void all_restarted(Record& r) {
    std::optional<std::size_t> because;
    for (const auto ref : r.told_by) {
      const auto restart = find(r, Kind::server_restarted, ref, grace_);
      if (!restart) return;
      because = earlier(because, restart);
    }
    because_of(r, because);
  }

  /// A leader that is drained, or restarted on purpose, leaves an election behind, no outage.
  void leader_handed_over(Record& r) {
    const auto proven =
        (r.finding.ended ? r.finding.ended->after.value_or(r.finding.began.by) : end_) - r.finding.began.by;
    if (proven >= election) return;
    for (const auto kind : {Kind::server_not_ready, Kind::server_restarted}) {
      const auto cause = find(r, kind, r.toward, time_to_dial);
      if (!cause || records_[*cause].finding.severity > Severity::info) continue;
      r.because = cause;
      r.finding.severity = Severity::info;
      return;
    }
  }

  /// What the others say of the leader while one is being elected.
  void electing(Record& r) {
    const auto found = by_subject_.find({Kind::meta_leader_missing, nobody});
    if (found == by_subject_.end()) return;
    for (const auto index : found->second) {
      const auto& missing = records_[index];
      const bool same_group = std::any_of(r.keys.begin(), r.keys.end(),
                                          [&](const auto& key) { return missing.keys.contains(key); });
      if (!missing.because || !same_group || !follows(r.finding, missing.finding, time_to_dial)) continue;
      if (r.finding.ended && r.finding.ended->by <= end_of(missing.finding) + election) {
        r.because = index;
        r.finding.severity = Severity::info;
        return;
      }
    }
  }

  void upgraded(Record& r) {
    const auto found = by_subject_.find({Kind::server_restarted, r.subject.server});
    if (found == by_subject_.end() || !r.finding.ended) return;
    for (const auto index : found->second) {
      const auto& restart = records_[index].finding;
      if (restart.details["version_changed"] == true && restart.began.by >= r.finding.began.by &&
          restart.began.earliest() <= r.finding.ended->by)
        r.finding.severity = std::min(r.finding.severity, Severity::warning);
    }
  }

  std::vector<Record>& records_;
  const std::vector<ClusterOutage>& outages_;
  Duration grace_;
  Time end_;
  std::map<std::pair<Kind, ServerRef>, std::vector<std::size_t>> by_subject_;
};

}  // namespace

void explain(std::vector<Record>& records, const std::vector<ClusterOutage>& outages, Duration recovery_grace,
             Time end_of_recording) {
  Explainer(records, outages, recovery_grace, end_of_recording).run();
}

}  // namespace natsrec
