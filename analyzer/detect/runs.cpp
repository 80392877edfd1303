#include "analyzer/detect/runs.hpp"

#include <algorithm>

namespace natsrec {
namespace {

Kind kind_of(IdentityEvent::What what) {
  switch (what) {
    case IdentityEvent::What::joined:
      return Kind::server_joined;
    case IdentityEvent::What::restarted:
      return Kind::server_restarted;
    case IdentityEvent::What::reloaded:
      return Kind::config_reloaded;
    case IdentityEvent::What::version_changed:
      return Kind::version_changed;
  }
  return Kind::server_joined;
}

bool starts(const IdentityEvent& event) {
  return event.what == IdentityEvent::What::joined || event.what == IdentityEvent::What::restarted;
}

/// What tells one state from the other.
const char* pointer_of(const IdentityEvent& event) {
  if (event.seen.endpoint == Endpoint::routez) return "/routes";  // a peer's word
  switch (event.what) {
    case IdentityEvent::What::restarted:
      return "/start";
    case IdentityEvent::What::reloaded:
      return "/config_load_time";
    case IdentityEvent::What::version_changed:
      return "/version";
    case IdentityEvent::What::joined:
      break;
  }
  return "/server_name";
}

}  // namespace

Evidence proof_of_start(const Scene& scene, const IdentityEvent& event) {
  return evidence(event.seen, scene.fleet[event.server], pointer_of(event));
}

void report_runs(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger) {
  using What = IdentityEvent::What;
  for (const auto& event : events) {
    std::optional<Exact> exact;
    if (event.exact) exact = scene.clocks.translate(event.server, *event.exact);
    auto& record =
        ledger.event(Subject::server_of(kind_of(event.what), event.server), event.before, event.seen, exact);
    auto& finding = record.finding;
    const auto prove = [&](const char* pointer) {
      const auto& server = scene.fleet[event.server];
      finding.proof.push_back(evidence(event.seen, server, pointer));
      if (event.varz_before) finding.contrary.push_back(evidence(*event.varz_before, server, pointer));
    };
    prove(pointer_of(event));
    if (!event.route_urls_removed.empty()) {
      finding.details["route_urls_removed"] = event.route_urls_removed;
      prove("/cluster");
    }
    if (event.what == What::version_changed) {
      finding.details["from"] = event.from;
      finding.details["to"] = event.to;
    }
    if (const auto* varz = scene.view(event.server).varz;
        starts(event) && varz && varz->body->gateway.empty() && made_up(varz->body->cluster)) {
      finding.details["made_up_cluster_name"] = varz->body->cluster;
      finding.proof.push_back(evidence(varz->seen, scene.fleet[event.server], "/cluster/name"));
    }
    if (event.what != What::restarted) continue;
    const bool upgraded = std::any_of(events.begin(), events.end(), [&](const auto& other) {
      return other.server == event.server && other.what == What::version_changed;
    });
    if (upgraded) prove("/version");
    finding.severity = event.lame_duck || upgraded ? Severity::info : Severity::critical;
    finding.details["id"] = event.to;
    finding.details["previous_id"] = event.from;
    finding.details["lame_duck"] = event.lame_duck;
    finding.details["version_changed"] = upgraded;
  }
}

}  // namespace natsrec
