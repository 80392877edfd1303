#include "analyzer/state/few.hpp"
#include "analyzer/state/fleet.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto clock_slack = 1s;           // servers' clocks are slewed between two bodies
constexpr std::size_t shown_of_an_id = 6;  // enough to tell two servers of one name apart

std::vector<Presence> presences_of(const Observation& observation) {
  std::vector<Presence> result;
  std::map<Interned, std::size_t> by_id;
  for (const auto& target : observation.targets) {
    if (!target.varz || !target.varz->body) continue;
    const auto [at, fresh] = by_id.try_emplace(target.varz->body->server_id, result.size());
    if (fresh) result.emplace_back();
    auto& presence = result[at->second];
    presence.targets.push_back(&target);
    if (!presence.varz || presence.varz->seen.answered < target.varz->seen.answered)
      presence.varz = &*target.varz;
  }
  return result;
}

/// Both ran at one time, so that one is not the other's next run. Told by our clock: servers' clocks differ.
bool lived_together(const Run& run, const Presence& presence) {
  if (!run.start || !run.seen) return false;
  const bool both_now = run.seen->epoch == presence.varz->seen.epoch;
  // A clock that is set while a host boots makes a process look older than it is: an older start must back
  // it up.
  return presence.running_by() + clock_slack < run.seen->asked &&
         (both_now || presence.says().start <= *run.start);
}

/// A gateway bears its cluster's name, and is never stale.
Interned label_in(const Varz& varz) { return varz.gateway.empty() ? varz.cluster : varz.gateway; }

/// The label to go by, of those that one mesh gives itself: a configured one, else, as servers do, the
/// greatest.
bool better_label(const std::string& a, const std::string& b) {
  return std::pair(!made_up(a), std::string_view(a)) > std::pair(!made_up(b), std::string_view(b));
}

template <class T>
void each_id(const std::optional<Answer<T>>& answer, std::set<Interned>& ids) {
  if (answer && answer->body) ids.insert(answer->body->server_id);
}

std::set<Interned> ids_of(const TargetObservation& target) {
  std::set<Interned> ids;
  each_id(target.varz, ids);
  each_id(target.routez, ids);
  each_id(target.gatewayz, ids);
  each_id(target.leafz, ids);
  return ids;
}

void see(ServerView& view, const Sighting* first, const Sighting* last) {
  view.polled = true;
  view.reach = ServerView::Reach::alive;
  if (!view.first_answer || first->answered < view.first_answer->answered) view.first_answer = first;
  if (!view.last_answer || last->asked > view.last_answer->asked) view.last_answer = last;
}

void miss(ServerView& view, const TargetObservation& target) {
  view.polled = true;
  if (view.reach == ServerView::Reach::alive) return;
  const auto* failed = target.first_failure(&view.failure);
  if (!failed) return;
  view.failed = failed;
  if (view.reach != ServerView::Reach::refused)
    view.reach = target.refused() ? ServerView::Reach::refused : ServerView::Reach::silent;
}

}  // namespace

bool made_up(const std::string& cluster) {
  return cluster.size() == 22 &&
         std::all_of(cluster.begin(), cluster.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

Interned Fleet::cluster_of(const Presence& presence) const {
  // A route is proof: servers of two clusters make none.
  // Most peers are listed more than once, and hardly ever is there more than one cluster.
  Few<Interned, int> routes, votes;
  routes.reserve(16);
  for (const auto* target : presence.targets)
    if (target->routez && target->routez->body &&
        target->routez->body->server_id == presence.says().server_id)
      for (const auto& route : target->routez->body->routes) ++entry_of(routes, route.remote_id);
  for (const auto& [id, times] : routes)
    if (const auto peer = by_id(id); peer != nobody) entry_of(votes, servers_[peer].cluster) += times;
  // Of equals the first by name: the order of a body's routes is chance.
  const auto most = std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second, b.first) < std::pair(b.second, a.first);
  });
  return most != votes.end() ? most->first : label_in(presence.says());
}

ServerRef Fleet::recognise(const Presence& presence) {
  const auto& varz = presence.says();
  const auto known = by_id(varz.server_id);
  if (known != nobody && servers_[known].identified) {
    if (servers_[known].run.id == varz.server_id) return known;
    return twin(known, presence);  // taken for its last run, and still alive
  }
  const auto cluster = cluster_of(presence);
  if (presence.named())
    if (const auto namesake = by_name(cluster, varz.server_name); namesake != nobody)
      return lived_together(servers_[namesake].run, presence) ? twin(namesake, presence) : namesake;
  if (const auto ref = by_its_target(presence); ref != nobody) return ref;
  if (known != nobody) return known;
  const auto name = presence.named() ? Interned(varz.server_name) : presence.targets.front()->target;
  if (by_name(cluster, name) != nobody) return twin(by_name(cluster, name), presence);
  return add(cluster, name, true, presence.varz->seen);
}

/// Who this is by the target that reaches it; nobody if the target tells nothing.
ServerRef Fleet::by_its_target(const Presence& presence) {
  for (const auto* target : presence.targets) {
    const auto ref = by_target(target->target);
    if (ref == nobody) continue;
    const auto& before = servers_[ref];
    if (!before.identified) return ref;
    const auto& varz = presence.says();
    // A name that is not known is another server's, unless only the cluster's made-up name is new.
    const bool same =
        !presence.named() || !before.named || (before.name == varz.server_name && made_up(label_in(varz)));
    if (!same) continue;
    if (!lived_together(before.run, presence)) return ref;
    if (!presence.named()) return twin(ref, presence);
  }
  return nobody;
}

/// A second server of a name that is taken: it goes by a part of its id too.
ServerRef Fleet::twin(ServerRef of, const Presence& presence) {
  for (const auto* target : presence.targets)
    if (const auto ref = by_target(target->target);
        ref != nobody && servers_[ref].twin_of == of && !lived_together(servers_[ref].run, presence))
      return ref;
  const auto& id = presence.says().server_id.str();
  const auto shown = id.size() > shown_of_an_id ? id.substr(id.size() - shown_of_an_id) : id;
  const auto name = servers_[of].name + "#" + shown;
  if (const auto known = by_name(servers_[of].cluster, name); known != nobody) return known;
  const auto ref = add(servers_[of].cluster, name, true, presence.varz->seen);
  servers_[ref].twin_of = of;
  return ref;
}

/// Learns name and cluster, and gives up the entries that turned out to be this server.
void Fleet::settle(ServerRef ref, const Presence& presence) {
  const auto& varz = presence.says();
  if (const auto known = by_id(varz.server_id); known != nobody && !servers_[known].identified)
    absorb(ref, known);
  for (const auto* target : presence.targets)
    if (const auto before = by_target(target->target); before != nobody && !servers_[before].identified)
      absorb(ref, before);
  by_id_[varz.server_id] = ref;

  const bool fresh = !servers_[ref].identified || servers_[ref].said.empty();
  const auto label = label_in(varz);
  auto cluster = servers_[ref].cluster;
  const auto proven = cluster_of(presence);
  if (fresh || proven != label || (servers_[ref].said != label && !made_up(label))) cluster = proven;
  auto name = servers_[ref].name;
  if (presence.named() && servers_[ref].twin_of == nobody) name = varz.server_name;
  if (cluster != servers_[ref].cluster || name != servers_[ref].name) rename(ref, cluster, name);
  servers_[ref].said = label;
  servers_[ref].identified = true;
  servers_[ref].named = presence.named();
}

/// A mesh whose name was made up takes a better one that its members tell: in the epoch it is first seen, or
/// when a configured one appears.
void Fleet::label_clusters(std::int64_t epoch) {
  struct Mesh {
    bool fresh = true;
    std::string best;
    std::vector<ServerRef> servers;
  };
  std::map<std::string, Mesh> meshes;
  for (const auto& [key, ref] : by_name_) {
    if (!made_up(key.first)) continue;
    auto& mesh = meshes[key.first];
    const auto& server = servers_[ref];
    mesh.servers.push_back(ref);
    mesh.fresh &= server.first_seen.epoch == epoch;
    if (!server.said.empty() && (mesh.best.empty() || better_label(server.said, mesh.best)))
      mesh.best = server.said;
  }
  for (const auto& [cluster, mesh] : meshes) {
    if (mesh.best.empty() || mesh.best == cluster || (!mesh.fresh && made_up(mesh.best))) continue;
    for (const auto ref : mesh.servers) rename(ref, mesh.best, std::string(servers_[ref].name));
  }
}

void Fleet::note_target(Interned label, ServerRef ref, const Presence& presence) {
  auto& target = targets_[label];
  const auto& varz = presence.says();
  if (target.id != varz.server_id && !target.id.empty()) {
    const bool returned = target.ids.contains(varz.server_id);
    const bool not_newer = target.start && varz.start <= *target.start && target.seen &&
                           presence.running_by() + clock_slack < target.seen->asked;
    if (returned || not_newer) target.balanced = presence.varz->seen;
  }
  target.server = ref;
  target.id = varz.server_id;
  target.start = varz.start;
  target.seen = presence.varz->seen;
  target.ids.insert(varz.server_id);
  target.behind.insert(ref);
}

void Fleet::update_run(ServerRef ref, const Presence& presence, bool fresh,
                       std::vector<IdentityEvent>& events) {
  auto& server = servers_[ref];
  const auto& varz = presence.says();
  const auto& seen = presence.varz->seen;
  auto& run = server.run;
  using What = IdentityEvent::What;
  if (run.id != varz.server_id) {
    const bool restarted = run.start.has_value();
    IdentityEvent event{What::restarted, ref,    server.last_answer, seen,
                        varz.start,      run.id, varz.server_id,     run.lame_duck};
    event.varz_before = run.seen;
    const auto version = run.version;
    run = Run{varz.server_id, varz.start, varz.version, varz.config_load_time, seen, {}};
    if (restarted) {
      run.followed = true;
      events.push_back(event);
      if (version != varz.version) {
        event.what = What::version_changed;
        event.from = version;
        event.to = varz.version;
        events.push_back(event);
      }
    } else if (server.twin_of == nobody && first_epoch_ &&
               (fresh || (!server.last_answer && server.first_seen.epoch > *first_epoch_))) {
      events.push_back({What::joined, ref, std::nullopt, seen, varz.start, {}, varz.server_id, false});
    }
  } else if (!run.start) {  // known from its peers until now, and before 2.9.16 by its id only
    if (first_epoch_ && server.first_seen.epoch > *first_epoch_ && !server.announced)
      events.push_back({What::joined, ref, std::nullopt, seen, varz.start, {}, varz.server_id, false});
    run = Run{varz.server_id, varz.start, varz.version, varz.config_load_time, seen, {}};
  } else if (run.config_load_time && *run.config_load_time != varz.config_load_time) {
    auto& event = events.emplace_back(
        IdentityEvent{What::reloaded, ref, server.last_answer, seen, varz.config_load_time, {}, {}, false});
    event.varz_before = run.seen;
    const auto before = server.last_varz ? server.last_varz->route_urls : std::vector<Interned>();
    std::set_difference(before.begin(), before.end(), varz.route_urls.begin(), varz.route_urls.end(),
                        std::back_inserter(event.route_urls_removed));
    run.config_load_time = varz.config_load_time;
  }
  run.seen = seen;
  server.last_varz = varz;
}

/// A target that never told who it is stands under its label, so that its silence can be told.
void Fleet::name_silent_targets(const Observation& observation) {
  for (const auto& target : observation.targets) {
    if (targets_.contains(target.target) || !ids_of(target).empty() || target.answered()) continue;
    const FetchFailure* failure = nullptr;
    if (const auto* failed = target.first_failure(&failure)) {
      const auto known = by_name({}, target.target);
      targets_[target.target].server = known != nobody ? known : add({}, target.target, false, *failed);
    }
  }
}

void Fleet::view_target(const TargetObservation& target, std::vector<ServerView>& views) const {
  const auto ids = ids_of(target);
  const auto found = targets_.find(target.target);
  const auto expected = found == targets_.end() ? nobody : found->second.server;
  const bool balanced = found != targets_.end() && found->second.balanced;

  const auto own = [&](const auto& answer, auto slot) {
    if (!answer || !answer->body) return;
    const auto& id = answer->body->server_id;
    const auto ref = by_id(id);
    if (ref == nobody || servers_[ref].run.id != id) return;  // of a run that is over, or not known yet
    if (!(views[ref].*slot)) views[ref].*slot = &*answer;
    see(views[ref], &answer->seen, &answer->seen);
  };
  own(target.varz, &ServerView::varz);
  own(target.routez, &ServerView::routez);
  own(target.gatewayz, &ServerView::gatewayz);
  own(target.leafz, &ServerView::leafz);

  if (ids.empty()) {
    // A balancer's silence is nobody's, and so is that of an address the server has left behind.
    if (expected == nobody || balanced || target.answered()) return;
    const auto& server = servers_[expected];
    if (server.last_answer && found->second.answered < server.last_answer->epoch) return;
    miss(views[expected], target);
    return;
  }
  if (balanced) return;
  // Some process answered in this server's place; healthz carries no id, so it is this run's only if all its
  // sisters are.
  const bool one = ids.size() == 1;
  const auto ref = one && by_id(*ids.begin()) != nobody ? by_id(*ids.begin()) : expected;
  if (ref == nobody) return;
  if (one) see(views[ref], target.first_answer(), target.last_answer());
  if (one && *ids.begin() == servers_[ref].run.id && target.healthz && target.healthz->body &&
      !views[ref].healthz)
    views[ref].healthz = &*target.healthz;
}

std::vector<ServerView> Fleet::identify(const Observation& observation, std::vector<IdentityEvent>& events) {
  // First all /varz, so that a peer's new id is known whoever lists it first. Runs that are known go first:
  // that they live shows that another process of the name is another server.
  auto presences = presences_of(observation);
  const auto rank = [&](const Presence& presence) {
    const auto ref = by_id(presence.says().server_id);
    const bool known = ref != nobody && servers_[ref].run.id == presence.says().server_id;
    return std::pair(!known, known ? Time{} : presence.says().start);
  };
  std::stable_sort(presences.begin(), presences.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const auto& presence : presences) {
    const auto before = servers_.size();
    const auto ref = recognise(presence);
    settle(ref, presence);
    for (const auto* target : presence.targets) note_target(target->target, ref, presence);
    update_run(ref, presence, servers_.size() > before, events);
  }
  label_clusters(observation.epoch);
  name_silent_targets(observation);

  std::vector<ServerView> views(servers_.size());
  for (const auto& target : observation.targets) view_target(target, views);
  for (const auto& target : observation.targets)
    if (const auto known = targets_.find(target.target); known != targets_.end() && !ids_of(target).empty())
      known->second.answered = observation.epoch;
  for (ServerRef ref = 0; ref < views.size(); ++ref)
    if (views[ref].last_answer) servers_[ref].last_answer = *views[ref].last_answer;
  if (!first_epoch_) first_epoch_ = observation.epoch;
  return views;
}

}  // namespace natsrec
