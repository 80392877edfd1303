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

/// How long the run had lasted when it gave this answer.
std::optional<Duration> age(const Scene& scene, ServerRef ref) {
  const auto& start = scene.fleet[ref].run.start;
  if (!start) return std::nullopt;
  return scene.views[ref].healthz->seen.answered - scene.clocks.translate(ref, *start).time;
}

bool younger(const Scene& scene, ServerRef ref, Duration grace) {
  const auto lived = age(scene, ref);
  return lived && *lived <= grace;
}

/// What JetStream says while it catches up after a start. The rest no waiting mends.
bool catching_up(const Healthz::Error& error) {
  for (const std::string_view text :
       {"JetStream has not established contact", "JetStream is not current", "JetStream is still recovering"})
    if (error.text.starts_with(text)) return true;
  return false;
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
  const auto severity =
      server.run.lame_duck || younger(scene, ref, start_grace) ? Severity::info : Severity::critical;
  finding.severity = std::max(finding.severity, severity);
}

void report_jetstream(const Scene& scene, Fleet& fleet, ServerRef ref, Duration grace, Ledger& ledger) {
  const auto& view = scene.views[ref];
  const auto& health = *view.healthz->body;
  const auto& seen = view.healthz->seen;
  const auto subject = Subject::server_of(Kind::jetstream_unhealthy, ref);
  const auto* error = health.find(HealthProblem::jetstream);
  if (!error) {
    // The listeners are checked first, and a failure there hides what JetStream would say.
    if (health.find(HealthProblem::readiness)) return;
    ledger.clears(subject, seen);
    fleet.at(ref).run.recovered = true;
    return;
  }
  const bool fresh = ledger.open(subject) == nullptr;
  auto& record = ledger.holds(subject, seen);
  const auto& run = scene.fleet[ref].run;
  const bool recovering =
      catching_up(*error) && younger(scene, ref, grace) && (run.followed || !run.recovered);
  record.finding.severity =
      std::max(record.finding.severity, recovering ? Severity::info : Severity::critical);
  if (!fresh) return;
  record.finding.details["error"] = error->text;
  record.finding.proof.push_back(evidence(seen, scene.fleet[ref], error->pointer));
  if (!error->text.starts_with("JetStream not enabled"))
    record.keys.insert(MetaGroups::key(scene.meta.of(scene.fleet[ref])));
}

}  // namespace

void report_health(const Scene& scene, Duration recovery_grace, Fleet& fleet, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    if (!scene.views[ref].healthz) continue;
    report_readiness(scene, fleet, ref, ledger);
    report_jetstream(scene, fleet, ref, recovery_grace, ledger);
  }
}

}  // namespace natsrec
