// What is told of a server that another finding about it explains.
#include "analyzer/incident/consequence_rules.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

void upgraded(const Causality& c, Record& r) {
  if (!r.finding.ended) return;
  for (const auto index : c.of(Kind::server_restarted, r.subject.server)) {
    const auto& restart = c.at(index).finding;
    if (restart.details["version_changed"] == true && restart.began.by >= r.finding.began.by &&
        restart.began.earliest() <= r.finding.ended->by)
      r.finding.severity = std::min(r.finding.severity, Severity::warning);
  }
}

}  // namespace

void explain_servers(Causality& c) {
  c.each(Kind::monitor_unreachable,
         [&](Record& r) { c.because_of(r, Kind::server_down, r.subject.server, 0s); });
  c.each(Kind::server_not_ready, [&](Record& r) {
    if (r.finding.severity == Severity::info)
      c.because_of(r, Kind::server_restarted, r.subject.server, time_to_mesh);
  });
  c.each(Kind::server_down, [&](Record& r) { upgraded(c, r); });
}

}  // namespace natsrec
