#include "analyzer/detect/reach.hpp"

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

struct Witness {
  ServerRef peer;
  Sighting seen;
};

struct Testimony {
  std::vector<Witness> lost_it;  ///< answer, listed it in this run, and do so no more
  std::vector<Witness> list_it;
};

Testimony ask_peers(const Scene& scene, ServerRef ref) {
  Testimony result;
  for (ServerRef peer = 0; peer < scene.fleet.size(); ++peer) {
    const auto& direction = scene.routes.says(peer, ref);
    if (direction.says == Direction::Says::lists) result.list_it.push_back({peer, *direction.listed});
    if (direction.says == Direction::Says::lacks && direction.listed &&
        direction.lister_run == scene.fleet[peer].run.id)
      result.lost_it.push_back({peer, *direction.lacked});
  }
  return result;
}

nlohmann::ordered_json names(const Scene& scene, const std::vector<Witness>& witnesses) {
  std::set<std::string> sorted;
  for (const auto& witness : witnesses) sorted.insert(scene.fleet[witness.peer].name);
  return sorted;
}

void touch_meta(const Scene& scene, ServerRef ref, Record& record) {
  const auto& server = scene.fleet[ref];
  if (!scene.meta_leader.empty() && scene.meta_leader == server.name) {
    record.keys.insert("meta");
    record.finding.details["was_meta_leader"] = true;
  }
}

}  // namespace

void ReachDetector::step(const Scene& scene, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    if (scene.fleet[ref].absorbed || scene.fleet[ref].left) continue;
    const auto& view = scene.views[ref];
    if (view.reach == ServerView::Reach::alive)
      alive(scene, ref, ledger);
    else if (view.unreachable())
      unreachable(scene, ref, ledger);
  }
}

void ReachDetector::alive(const Scene& scene, ServerRef ref, Ledger& ledger) {
  silent_since_.erase(ref);
  const auto& view = scene.views[ref];
  std::optional<Exact> started;
  if (const auto& start = scene.fleet[ref].run.start) started = scene.clocks.translate(ref, *start);
  ledger.clears(Subject::server_of(Kind::server_down, ref), *view.first_answer, *view.last_answer, started);
  ledger.clears(Subject::server_of(Kind::monitor_unreachable, ref), *view.first_answer, *view.last_answer);
}

void ReachDetector::unreachable(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& view = scene.views[ref];
  const auto& server = scene.fleet[ref];
  const auto since = silent_since_.try_emplace(ref, *view.failed).first->second;
  const auto down = Subject::server_of(Kind::server_down, ref);
  const auto unseen = Subject::server_of(Kind::monitor_unreachable, ref);
  const auto testimony = ask_peers(scene, ref);

  const auto report = [&](const Subject& subject, const Sighting& proof) {
    const bool fresh = ledger.open(subject) == nullptr;
    auto& record = ledger.holds(subject, proof);
    if (!fresh) return;
    auto& finding = record.finding;
    finding.details["answer"] = name(view.failure->failure);
    if (!view.failure->text.empty()) finding.details["error"] = view.failure->text;
    finding.details["lost_by"] = names(scene, testimony.lost_it);
    finding.details["still_listed_by"] = names(scene, testimony.list_it);
    finding.proof.push_back(evidence(*view.failed, server));
    for (const auto& [peer, seen] : testimony.lost_it)
      finding.proof.push_back(evidence(seen, scene.fleet[peer], "/routes"));
    finding.severity = Severity::warning;
    if (subject.kind == Kind::server_down) {
      finding.severity = server.run.lame_duck ? Severity::warning : Severity::critical;
      finding.details["lame_duck"] = server.run.lame_duck;
    }
    touch_meta(scene, ref, record);
  };

  if (!testimony.lost_it.empty()) {
    auto proof = *view.failed;
    for (const auto& witness : testimony.lost_it)
      proof.answered = std::max(proof.answered, witness.seen.answered);
    report(down, proof);
    return;
  }
  if (!testimony.list_it.empty()) {
    // A peer asked just before the end still lists it: a listing proves life only if it is younger than the
    // refusal.
    const auto living =
        std::find_if(testimony.list_it.begin(), testimony.list_it.end(),
                     [&](const auto& witness) { return witness.seen.answered >= since.answered + 2s; });
    const bool lives = living != testimony.list_it.end();
    if (view.reach == ServerView::Reach::refused && !lives) return;
    if (lives) ledger.clears(down, living->seen);
    report(unseen, *view.failed);
    return;
  }
  if (view.reach == ServerView::Reach::refused || ledger.open(down))
    report(down, *view.failed);
  else
    report(unseen, *view.failed);
}

}  // namespace natsrec
