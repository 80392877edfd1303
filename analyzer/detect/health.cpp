#include "analyzer/detect/health.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto start_grace = 60s;  // a run this young may be not ready (DETECTION 2)

/// Ready before in this run, only the client listeners closed, every living peer still connected.
bool looks_like_lame_duck(const Scene& scene, ServerRef ref, const Healthz::Error& error) {
  const auto& run = scene.fleet[ref].run;
  if (!run.first_ready) return false;
  const auto listeners = listeners_not_ready(error.text);
  if (std::find(listeners.begin(), listeners.end(), "server") == listeners.end()) return false;
  const bool only_clients = std::all_of(listeners.begin(), listeners.end(), [](const auto& one) {
    return one == "server" || one == "websocket";
  });
  if (!only_clients) return false;
  for (const auto peer : scene.fleet.members(scene.fleet[ref].cluster))
    if (peer != ref && scene.view(peer).reach == ServerView::Reach::alive && !scene.is_starting(peer) &&
        scene.routes.says(ref, peer).says == Direction::Says::lacks)
      return false;
  return true;
}

bool young(const Server& server, const ServerView& view) {
  return server.run.start && view.varz && view.varz->body->now - *server.run.start <= start_grace;
}

void report_readiness(const Scene& scene, Fleet& fleet, ServerRef ref, Ledger& ledger) {
  const auto& view = scene.views[ref];
  const auto& seen = view.healthz->seen;
  const auto subject = Subject::server_of(Kind::server_not_ready, ref);
  const auto* error = view.healthz->body->find(HealthProblem::readiness);
  if (!error) {
    fleet.at(ref).run.lame_duck = false;
    ledger.clears(subject, seen);
    return;
  }
  auto& server = fleet.at(ref);
  if (looks_like_lame_duck(scene, ref, *error)) server.run.lame_duck = true;
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, seen).finding;
  if (fresh) {
    finding.details["error"] = error->text;
    finding.details["listeners"] = listeners_not_ready(error->text);
    finding.proof.push_back(evidence(seen, server, error->pointer));
  }
  finding.details["lame_duck"] = server.run.lame_duck;
  const auto severity = server.run.lame_duck || young(server, view) ? Severity::info : Severity::critical;
  finding.severity = std::max(finding.severity, severity);
}

void report_jetstream(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& view = scene.views[ref];
  const auto& health = *view.healthz->body;
  const auto& seen = view.healthz->seen;
  const auto subject = Subject::server_of(Kind::jetstream_unhealthy, ref);
  const auto* error = health.find(HealthProblem::jetstream);
  if (!error) {
    // The listeners are checked first, and a failure there hides what JetStream would say.
    if (!health.find(HealthProblem::readiness)) ledger.clears(subject, seen);
    return;
  }
  const bool fresh = ledger.open(subject) == nullptr;
  auto& record = ledger.holds(subject, seen);
  if (!fresh) return;
  record.finding.severity = Severity::critical;
  record.finding.details["error"] = error->text;
  record.finding.proof.push_back(evidence(seen, scene.fleet[ref], error->pointer));
  if (!error->text.starts_with("JetStream not enabled")) record.keys.insert("meta");
}

}  // namespace

void report_health(const Scene& scene, Fleet& fleet, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    if (!scene.views[ref].healthz) continue;
    report_readiness(scene, fleet, ref, ledger);
    report_jetstream(scene, ref, ledger);
  }
}

}  // namespace natsrec
