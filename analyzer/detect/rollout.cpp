#include "analyzer/detect/rollout.hpp"

#include "analyzer/detect/runs.hpp"

#include <algorithm>

namespace natsrec {

void RolloutDetector::step(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger) {
  const auto before = known_;
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref)
    if (scene.fleet[ref].member) look(scene, ref, ledger);
  // What it was before this epoch is what counts for a server that went in it.
  for (const auto& event : events) {
    const auto then = before.find(event.server);
    if (event.what != IdentityEvent::What::restarted || then == before.end()) continue;
    if (then->second.told == event.from) continue;
    const auto proof = proof_of_start(scene, event);
    report(scene, {event.server, event.from, then->second.fine, event.seen, proof, false}, ledger);
  }
  for (auto& [ref, known] : known_) {
    const auto& run = scene.fleet[ref].run;
    if (!run.lame_duck || known.proven != scene.epoch || known.told == run.id) continue;
    if (!known.out || known.out->epoch != scene.epoch) continue;
    report(scene, {ref, run.id, known.fine, *known.out, known.proof, true}, ledger);
  }
}

void RolloutDetector::look(const Scene& scene, ServerRef ref, const Ledger& ledger) {
  const auto& view = scene.views[ref];
  const auto& server = scene.fleet[ref];
  auto& known = known_[ref];
  const auto out = [&](const Sighting& seen, std::string pointer) {
    if (!known.out) known.out = seen;
    known.proof = evidence(seen, server, std::move(pointer));
    known.proven = scene.epoch;
  };
  if (view.unreachable()) {
    if (ledger.open(Subject::server_of(Kind::server_down, ref))) out(*view.failed, {});
  } else if (view.healthz) {
    if (const auto* error = view.healthz->body->find(HealthProblem::readiness)) {
      out(view.healthz->seen, error->pointer);
    } else {
      known.fine = view.healthz->seen;
      known.out.reset();
    }
  }
}

void RolloutDetector::report(const Scene& scene, const Move& move, Ledger& ledger) {
  if (!move.fine) return;
  std::vector<ServerRef> waiting;
  for (const auto other : scene.fleet.members(scene.fleet[move.server].cluster)) {
    const auto found = known_.find(other);
    if (other == move.server || found == known_.end()) continue;
    const auto& known = found->second;
    // Out already while this one was still fine, and out now. Who goes together falls together: no rollout.
    // Of one that starts to drain in the epoch that sees another back nothing tells which came first.
    if (!known.out || known.proven != scene.epoch) continue;
    const bool first = known.out->epoch < scene.epoch && known.out->epoch <= move.fine->epoch;
    const bool both_drain = move.drains && known.out->epoch == scene.epoch &&
                            scene.fleet[other].run.lame_duck && known.out->answered < move.seen.answered;
    if (first || both_drain) waiting.push_back(other);
  }
  if (waiting.empty()) return;
  known_[move.server].told = move.run;
  auto& record = ledger.event(Subject::server_of(Kind::rollout_unsafe, move.server), move.fine, move.seen);
  auto& finding = record.finding;
  finding.severity = Severity::warning;
  finding.details["how"] = move.drains ? "drains" : "restarts";
  std::vector<std::string> names;
  names.reserve(waiting.size());
  for (const auto other : waiting) names.push_back(scene.fleet[other].name);
  finding.details["not_ready"] = names;
  finding.proof.push_back(move.proof);
  for (const auto other : waiting) finding.proof.push_back(known_.at(other).proof);
  record.touches = waiting;
}

}  // namespace natsrec
