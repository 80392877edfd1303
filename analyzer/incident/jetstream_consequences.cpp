// JetStream while servers start, and while a leader is elected.
#include "analyzer/incident/consequence_rules.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto election = 30s;  // a round takes 4 to 9 s, and may fail once or twice

/// JetStream catches up after a restart. If the whole group lost its leader in that time, that is what
/// explains it.
void recovering(const Causality& c, Record& r, Duration grace) {
  if (r.finding.severity > Severity::info) return;  // it lasted longer than a start explains
  if (!c.because_of(r, Kind::server_restarted, r.subject.server, grace)) return;
  for (std::size_t i = 0; i < c.size(); ++i)
    if (c.at(i).finding.details.value("was_meta_leader", false) && c.follows(r.finding, c.at(i).finding, 0s))
      r.because = i;
}

/// A group that was started as a whole has its first leader to find.
void all_restarted(const Causality& c, Record& r, Duration grace) {
  std::optional<std::size_t> because;
  for (const auto ref : r.told_by) {
    const auto restart = c.find(r, Kind::server_restarted, ref, grace);
    if (!restart) return;
    because = c.earlier(because, restart);
  }
  c.because_of(r, because);
}

/// A leader that is drained, or restarted on purpose, leaves an election behind, no outage.
void leader_handed_over(const Causality& c, Record& r) {
  if (c.proven(r.finding) >= election) return;
  for (const auto kind : {Kind::server_not_ready, Kind::server_restarted}) {
    const auto cause = c.find(r, kind, r.toward, time_to_dial);
    if (!cause || c.at(*cause).finding.severity > Severity::info) continue;
    c.because_of(r, cause);
    return;
  }
}

/// What the others say of the leader while one is being elected.
void electing(const Causality& c, Record& r) {
  for (const auto index : c.of(Kind::meta_leader_missing)) {
    const auto& missing = c.at(index);
    const bool same_group = std::any_of(r.keys.begin(), r.keys.end(),
                                        [&](const auto& key) { return missing.keys.contains(key); });
    if (!missing.because || !same_group || !c.follows(r.finding, missing.finding, time_to_dial)) continue;
    if (r.finding.ended && r.finding.ended->by <= c.end_of(missing.finding) + election) {
      c.because_of(r, index);
      return;
    }
  }
}

}  // namespace

void explain_jetstream(Causality& c, Duration grace) {
  c.each(Kind::meta_leader_missing, [&](Record& r) {
    all_restarted(c, r, grace);
    if (!r.because) leader_handed_over(c, r);
  });
  c.each(Kind::jetstream_unhealthy, [&](Record& r) {
    recovering(c, r, grace);
    if (!r.because) electing(c, r);
  });
}

}  // namespace natsrec
