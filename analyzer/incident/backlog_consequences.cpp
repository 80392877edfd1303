// What piles up, or is given up on, where a server or a link is gone.
#include "analyzer/incident/consequence_rules.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// Stale connections are how a server notices that a link is dead, one connection after the other.
bool noticed_a_loss(const Causality& c, Record& r) {
  std::optional<std::size_t> because;
  for (const auto kind :
       {Kind::route_down, Kind::gateway_down, Kind::gateway_reconnected, Kind::gateway_failover})
    for (const auto index : c.of(kind)) {
      const auto& loss = c.at(index);
      if (loss.subject.server != r.subject.server && loss.subject.peer != r.subject.server) continue;
      const bool before = r.finding.began.by + time_to_dial < loss.finding.began.earliest();
      if (before || r.finding.began.earliest() > c.end_of(loss.finding) + time_to_dial) continue;
      because = c.earlier(because, loss.because ? loss.because : index);
    }
  return c.because_of(r, because);
}

/// What waits for a server that is down, and what was given up on with it.
void backlog(const Causality& c, Record& r) {
  const auto& subject = r.subject;
  if (subject.peer != nobody) {
    c.because_of_a_run_of_an_end(r);
    return;
  }
  const auto& details = r.finding.details;
  if (!details.contains("slow_consumers") && noticed_a_loss(c, r)) return;
  const auto tells = [&](const char* link) {
    const auto links = details.find("links");
    return links != details.end() && std::find(links->begin(), links->end(), link) != links->end();
  };
  c.because_of(r, c.earliest({Kind::server_down}, [&](const Record& record) {
    const auto& down = record.finding;
    const bool same = down.cluster == r.finding.cluster;
    const bool concerned =
        subject.remote.empty() ? tells(same ? "routes" : "gateways") : down.cluster == subject.remote;
    return concerned && c.follows(r.finding, down, time_to_dial);
  }));
}

}  // namespace

void explain_backlogs(Causality& c) {
  c.each(Kind::link_backlog, [&](Record& r) { backlog(c, r); });
}

}  // namespace natsrec
