#include "analyzer/detect/reach.hpp"

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

constexpr auto news = 2s;  // a listing younger than a failure by this much was made in spite of it

template <class Witnesses>
nlohmann::ordered_json names(const Scene& scene, const Witnesses& witnesses) {
  std::set<std::string> sorted;
  for (const auto& witness : witnesses) sorted.insert(scene.fleet[witness.peer].name);
  return sorted;
}

/// By epochs first: the collector's clock may have been set in between.
bool since(const Sighting& seen, const Sighting& last_answer) {
  return seen.epoch > last_answer.epoch ||
         (seen.epoch == last_answer.epoch && seen.answered >= last_answer.asked);
}

bool listed_in_silence(ServerRef a, ServerRef b, const Ledger& ledger) {
  return ledger.open(Subject::pair_of(Kind::route_silent, a, b)) ||
         ledger.open(Subject::pair_of(Kind::route_silent, b, a));
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
    else
      unseen(scene, ref, ledger);
  }
}

void ReachDetector::alive(const Scene& scene, ServerRef ref, Ledger& ledger) {
  silences_.erase(ref);
  const auto& view = scene.views[ref];
  std::optional<Exact> started;
  if (const auto& start = scene.fleet[ref].run.start) started = scene.clocks.translate(ref, *start);
  ledger.clears(Subject::server_of(Kind::server_down, ref), *view.first_answer, *view.last_answer, started);
  ledger.clears(Subject::server_of(Kind::monitor_unreachable, ref), *view.first_answer, *view.last_answer);
}

/// Nobody asked it, but its peers may have it back.
void ReachDetector::unseen(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto down = Subject::server_of(Kind::server_down, ref);
  const auto* record = ledger.open(down);
  if (!record) return;
  const auto since = record->finding.began.by;
  for (const auto peer : scene.fleet.members(scene.fleet[ref].cluster)) {
    const auto& direction = scene.routes.says(peer, ref);
    if (direction.says != Direction::Says::lists || direction.listed_since->asked <= since) continue;
    ledger.clears(down, *direction.listed);
    return;
  }
}

ReachDetector::Testimony ReachDetector::ask_peers(const Scene& scene, ServerRef ref, Silence& silence,
                                                  const Ledger& ledger) const {
  Testimony result;
  const auto& last_answer = scene.fleet[ref].last_answer;
  for (const auto peer : scene.fleet.members(scene.fleet[ref].cluster)) {
    const auto& direction = scene.routes.says(peer, ref);
    if (peer == ref) continue;
    if (direction.says == Direction::Says::lacks && direction.listed &&
        direction.lister_run == scene.fleet[peer].run.id) {
      // A link that was cut while it still answered is no news of its death.
      if (!last_answer || since(*direction.lacked_since, *last_answer))
        result.lost_it.push_back({peer, *direction.lacked});
    } else if (const auto* routez = scene.view(peer).routez;
               routez && direction.says == Direction::Says::lists) {
      Traffic traffic;
      for (const auto& route : routez->body->routes)
        if (scene.fleet.peer(peer, route.remote_id, route.remote_name) == ref) {
          traffic.rids += std::to_string(route.rid) + " ";
          traffic.in_msgs += route.in_msgs;
        }
      const auto before = silence.traffic.find(peer);
      const bool works = before != silence.traffic.end() && before->second.rids == traffic.rids &&
                         traffic.in_msgs > before->second.in_msgs;
      silence.traffic[peer] = traffic;
      const bool silent = !works && (direction.silent() || listed_in_silence(peer, ref, ledger));
      (silent ? result.lost_it : result.list_it).push_back({peer, *direction.listed, silent});
      if (works) result.heard_by.push_back({peer, *direction.listed, false});
    }
  }
  return result;
}

void ReachDetector::report(const Scene& scene, const Subject& subject, const Sighting& proof,
                           const Testimony& testimony, Ledger& ledger) const {
  const bool fresh = ledger.open(subject) == nullptr;
  auto& record = ledger.holds(subject, proof);
  if (!testimony.heard_by.empty() && !record.finding.details.contains("heard_by")) {
    record.finding.details["heard_by"] = names(scene, testimony.heard_by);
    for (const auto& witness : testimony.heard_by)
      record.finding.proof.push_back(evidence(witness.seen, scene.fleet[witness.peer], "/routes"));
  }
  if (!fresh) return;
  const auto& view = scene.views[subject.server];
  const auto& server = scene.fleet[subject.server];
  auto& finding = record.finding;
  finding.severity = Severity::warning;
  finding.details["answer"] = name(view.failure->failure);
  if (!view.failure->text.empty()) finding.details["error"] = view.failure->text;
  finding.details["lost_by"] = names(scene, testimony.lost_it);
  finding.details["still_listed_by"] = names(scene, testimony.list_it);
  finding.proof.push_back(evidence(*view.failed, server));
  for (const auto& witness : testimony.lost_it)
    finding.proof.push_back(evidence(witness.seen, scene.fleet[witness.peer], "/routes"));
  if (subject.kind == Kind::monitor_unreachable)
    for (const auto& witness : testimony.list_it)
      finding.proof.push_back(evidence(witness.seen, scene.fleet[witness.peer], "/routes"));
  if (subject.kind == Kind::server_down) {
    finding.severity = server.run.lame_duck ? Severity::warning : Severity::critical;
    finding.details["lame_duck"] = server.run.lame_duck;
  }
  if (scene.meta.leads(server)) {
    record.keys.insert(MetaGroups::key(scene.meta.of(server)));
    finding.details["was_meta_leader"] = true;
    const auto& said = server.last_varz;
    if (server.run.seen && said && said->meta && said->meta->leader == server.name)
      finding.contrary.push_back(evidence(*server.run.seen, server, "/jetstream/meta/leader"));
  }
}

void ReachDetector::unreachable(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& view = scene.views[ref];
  auto& silence = silences_.try_emplace(ref, Silence{*view.failed, {}}).first->second;
  const auto down = Subject::server_of(Kind::server_down, ref);
  const auto unseen = Subject::server_of(Kind::monitor_unreachable, ref);
  const auto testimony = ask_peers(scene, ref, silence, ledger);

  if (!testimony.heard_by.empty()) {
    ledger.clears(down, testimony.heard_by.front().seen);
    report(scene, unseen, *view.failed, testimony, ledger);
  } else if (!testimony.lost_it.empty()) {
    auto proof = *view.failed;
    for (const auto& witness : testimony.lost_it)
      proof.answered = std::max(proof.answered, witness.seen.answered);
    report(scene, down, proof, testimony, ledger);
  } else if (!testimony.list_it.empty()) {
    // A peer asked just before the end still lists it: a listing proves life only if it is younger than the
    // failure.
    const auto living = std::find_if(
        testimony.list_it.begin(), testimony.list_it.end(),
        [&](const auto& witness) { return witness.seen.answered >= silence.since.answered + news; });
    const bool lives = living != testimony.list_it.end();
    if (view.reach == ServerView::Reach::refused && !lives) return;
    if (lives) ledger.clears(down, living->seen);
    report(scene, unseen, *view.failed, testimony, ledger);
  } else if (view.reach == ServerView::Reach::refused || ledger.open(down)) {
    report(scene, down, *view.failed, testimony, ledger);
  } else {
    report(scene, unseen, *view.failed, testimony, ledger);
  }
}

}  // namespace natsrec
