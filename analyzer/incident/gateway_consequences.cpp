// Gateways that moved or were missed for a moment because of what happened to a server, and settings that
// differ while a new configuration goes round.
#include "analyzer/incident/consequence_rules.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto pause_of_a_rollout = 5min;  // at most, between the restarts of two members

void moved(const Causality& c, Record& r) {
  if (c.because_of_a_run(r, r.toward)) return;
  if (c.because_of(r, Kind::monitor_unreachable, r.toward, 0s)) return;
  c.because_of_same_link(r, Kind::gateway_flapping);
}

/// Between the loss of its peer and the dialling of another member a server has no gateway for a moment; nor
/// has one that was restarted, until it has dialled.
void down(const Causality& c, const std::vector<ClusterOutage>& outages, Record& r) {
  const auto& finding = r.finding;
  if (c.proven(finding) >= time_to_dial) return;
  for (const auto& outage : outages)
    if (outage.cluster == r.subject.remote &&
        finding.began.earliest() <= outage.to.value_or(c.end_of(finding)) && c.end_of(finding) >= outage.from)
      return;
  if (!c.because_of_a_run(r, r.toward)) c.because_of_a_run(r, r.subject.server);
}

/// A new configuration goes from member to member: that they differ meanwhile says nothing, unless it stays
/// so when the restarts are over.
void rolling_change(const Causality& c, Record& r) {
  const auto over = c.end_of(r.finding);
  std::vector<std::size_t> starts;
  for (const auto kind : {Kind::server_restarted, Kind::server_joined})
    for (const auto index : c.of(kind)) {
      const auto& start = c.at(index).finding;
      if (start.cluster == r.finding.cluster && start.began.earliest() <= over) starts.push_back(index);
    }
  std::sort(starts.begin(), starts.end());
  const auto first = std::find_if(starts.begin(), starts.end(),
                                  [&](auto index) { return c.follows(r.finding, c.at(index).finding, 0s); });
  if (first == starts.end()) return;
  Time last = c.at(*first).finding.began.by;
  for (const auto index : starts) last = std::max(last, c.at(index).finding.began.by);
  if (over - last <= pause_of_a_rollout) c.because_of(r, *first);
}

}  // namespace

void explain_gateways(Causality& c, const std::vector<ClusterOutage>& outages) {
  for (const auto kind : {Kind::gateway_failover, Kind::gateway_reconnected})
    c.each(kind, [&](Record& r) { moved(c, r); });
  c.each(Kind::gateway_down, [&](Record& r) { down(c, outages, r); });
  c.each(Kind::gateway_never_connected,
         [&](Record& r) { c.because_of_same_link(r, Kind::gateway_name_mismatch); });
  c.each(Kind::gateway_config_mismatch, [&](Record& r) { rolling_change(c, r); });
}

}  // namespace natsrec
