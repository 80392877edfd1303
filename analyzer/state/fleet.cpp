#include "analyzer/state/fleet.hpp"

#include <algorithm>

namespace natsrec {

void Fleet::declare(const Deployment& deployment) {
  urls_.clear();
  for (const auto& target : deployment.targets) urls_[target.label] = target.url;
  retired_.clear();
  for (auto& server : servers_) server.declared = false;
  for (const auto& cluster : deployment.clusters) {
    for (const auto& name : cluster.retired) retired_[cluster.name].insert(name);
    for (const auto& name : cluster.members) {
      const auto known = by_name_.find({cluster.name, name});
      const auto ref = known != by_name_.end() ? known->second : add(cluster.name, name, true, {});
      servers_[ref].declared = servers_[ref].member = true;
      servers_[ref].left = false;
    }
  }
}

ServerRef Fleet::add(std::string cluster, std::string name, bool identified, const Sighting& seen) {
  const auto ref = servers_.size();
  auto& server = servers_.emplace_back();
  server.cluster = std::move(cluster);
  server.name = std::move(name);
  server.identified = identified;
  server.first_seen = seen;
  by_name_[{server.cluster, server.name}] = ref;
  return ref;
}

void Fleet::rename(ServerRef ref, const std::string& cluster, const std::string& name) {
  auto& server = servers_[ref];
  if (const auto old = by_name_.find({server.cluster, server.name});
      old != by_name_.end() && old->second == ref)
    by_name_.erase(old);
  server.cluster = cluster;
  server.name = name;
  by_name_[{cluster, name}] = ref;
}

void Fleet::absorb(ServerRef into, ServerRef gone) {
  if (into == gone) return;
  servers_[gone].absorbed = true;
  servers_[gone].member = false;
  for (auto& [id, ref] : by_id_)
    if (ref == gone) ref = into;
  for (auto& [target, ref] : by_target_)
    if (ref == gone) ref = into;
}

ServerRef Fleet::recognise(const std::string& target, const Answer<Varz>& answer) {
  const auto& varz = *answer.body;
  const bool named = varz.server_name != varz.server_id;
  const auto& name = varz.server_name;
  const auto known_id = by_id_.find(varz.server_id);
  const auto known_name = named ? by_name_.find({varz.cluster, name}) : by_name_.end();
  const auto known_target = by_target_.find(target);

  auto ref = nobody;
  if (known_name != by_name_.end())
    ref = known_name->second;
  else if (known_target != by_target_.end() && !servers_[known_target->second].identified)
    ref = known_target->second;
  else if (known_id != by_id_.end())
    ref = known_id->second;
  else if (!named && known_target != by_target_.end()) {
    // An unnamed server is recognised by its target, if this can be its next run (else a balancer shows
    // another one).
    const auto& run = servers_[known_target->second].run;
    if (!run.start || varz.start > *run.start) ref = known_target->second;
  }
  if (ref == nobody) ref = add(varz.cluster, named ? name : target, true, answer.seen);

  if (known_id != by_id_.end() && !servers_[known_id->second].identified) absorb(ref, known_id->second);
  // The same server may have been an entry under its target's label before it ever answered.
  if (known_target != by_target_.end() && !servers_[known_target->second].identified)
    absorb(ref, known_target->second);
  by_id_[varz.server_id] = ref;
  by_target_[target] = ref;
  auto& server = servers_[ref];
  server.identified = true;
  const auto& label = named ? name : server.name;
  if (server.cluster != varz.cluster || server.name != label) rename(ref, varz.cluster, label);
  return ref;
}

bool Fleet::update_run(ServerRef ref, const Answer<Varz>& answer, bool fresh,
                       std::vector<IdentityEvent>& events) {
  auto& server = servers_[ref];
  const auto& varz = *answer.body;
  auto& run = server.run;
  using What = IdentityEvent::What;
  if (run.id != varz.server_id) {
    if (run.start && varz.start <= *run.start)
      return false;  // not its next run: two servers share a name or a target
    const bool restarted = run.start.has_value();
    IdentityEvent event{What::restarted, ref,    server.last_answer, answer.seen,
                        varz.start,      run.id, varz.server_id,     run.lame_duck};
    const auto version = run.version;
    run = Run{varz.server_id, varz.start, varz.version, varz.config_load_time, {}};
    if (restarted) {
      events.push_back(event);
      if (version != varz.version) {
        event.what = What::version_changed;
        event.from = version;
        event.to = varz.version;
        events.push_back(event);
      }
    } else if (fresh && !first_) {
      events.push_back({What::joined, ref, std::nullopt, answer.seen, varz.start, {}, varz.server_id, false});
    }
  } else if (!run.start) {  // known from its peers until now
    run = Run{varz.server_id, varz.start, varz.version, varz.config_load_time, {}};
  } else if (run.config_load_time && *run.config_load_time != varz.config_load_time) {
    events.push_back(
        {What::reloaded, ref, server.last_answer, answer.seen, varz.config_load_time, {}, {}, false});
    run.config_load_time = varz.config_load_time;
  }
  server.last_varz = varz;
  return true;
}

namespace {

template <class T>
void attach(const Answer<T>*& slot, const std::optional<Answer<T>>& answer) {
  if (!slot && answer && answer->body) slot = &*answer;
}

/// The ids the bodies of one target carry.
std::set<std::string> ids_of(const TargetObservation& target) {
  std::set<std::string> ids;
  if (target.varz && target.varz->body) ids.insert(target.varz->body->server_id);
  if (target.routez && target.routez->body) ids.insert(target.routez->body->server_id);
  if (target.gatewayz && target.gatewayz->body) ids.insert(target.gatewayz->body->server_id);
  if (target.leafz && target.leafz->body) ids.insert(target.leafz->body->server_id);
  return ids;
}

void see(ServerView& view, const TargetObservation& target, bool understood) {
  view.polled = true;
  if (understood) {
    view.reach = ServerView::Reach::alive;
    const auto* first = target.first_answer();
    const auto* last = target.last_answer();
    if (!view.first_answer || first->answered < view.first_answer->answered) view.first_answer = first;
    if (!view.last_answer || last->asked > view.last_answer->asked) view.last_answer = last;
  } else if (!target.answered() && view.reach != ServerView::Reach::alive) {
    const auto* failed = target.first_failure(&view.failure);
    if (!failed) return;
    view.failed = failed;
    if (view.reach != ServerView::Reach::refused)
      view.reach = target.refused() ? ServerView::Reach::refused : ServerView::Reach::silent;
  }
}

}  // namespace

std::vector<ServerView> Fleet::identify(const Observation& observation, std::vector<IdentityEvent>& events) {
  // First all /varz, so that a peer's new id is known whoever lists it first.
  for (const auto& target : observation.targets) {
    if (!target.varz || !target.varz->body) continue;
    const auto before = servers_.size();
    const auto ref = recognise(target.target, *target.varz);
    update_run(ref, *target.varz, servers_.size() > before, events);
  }
  // A target that never told who it is stands under its label, so that its silence can be told.
  for (const auto& target : observation.targets)
    if (!by_target_.contains(target.target) && ids_of(target).empty() && !target.answered()) {
      const FetchFailure* failure = nullptr;
      if (const auto* failed = target.first_failure(&failure))
        by_target_[target.target] = add({}, target.target, false, *failed);
    }

  std::vector<ServerView> views(servers_.size());
  for (const auto& target : observation.targets) {
    const auto ids = ids_of(target);
    auto ref = nobody;
    if (const auto known = by_target_.find(target.target); known != by_target_.end()) ref = known->second;
    if (ids.size() == 1)
      if (const auto known = by_id_.find(*ids.begin()); known != by_id_.end()) ref = known->second;
    if (ref == nobody) continue;
    auto& view = views[ref];
    const auto& run = servers_[ref].run;
    see(view, target, !ids.empty());
    const auto own = [&](const auto& answer) {
      return answer && answer->body && answer->body->server_id == run.id;
    };
    if (own(target.varz)) attach(view.varz, target.varz);
    if (own(target.routez)) attach(view.routez, target.routez);
    if (own(target.gatewayz)) attach(view.gatewayz, target.gatewayz);
    if (own(target.leafz)) attach(view.leafz, target.leafz);
    // healthz carries no id: it is this run's only if all its sisters are.
    if (ids.size() == 1 && *ids.begin() == run.id) attach(view.healthz, target.healthz);
  }
  for (ServerRef ref = 0; ref < views.size(); ++ref)
    if (views[ref].last_answer) servers_[ref].last_answer = *views[ref].last_answer;
  first_ = false;
  return views;
}

ServerRef Fleet::by_id(const std::string& id) const {
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nobody : known->second;
}

ServerRef Fleet::peer(ServerRef lister, const std::string& remote_id, const std::string& remote_name) const {
  if (const auto known = by_id_.find(remote_id); known != by_id_.end()) return known->second;
  if (remote_name.empty() || remote_name == remote_id) return nobody;
  const auto known = by_name_.find({servers_[lister].cluster, remote_name});
  return known == by_name_.end() ? nobody : known->second;
}

ServerRef Fleet::admit(ServerRef lister, const std::string& remote_id, const std::string& remote_name,
                       const Sighting& seen) {
  const bool named = !remote_name.empty() && remote_name != remote_id;
  const auto ref = add(servers_[lister].cluster, named ? remote_name : remote_id, named, seen);
  by_id_[remote_id] = ref;
  servers_[ref].run.id = remote_id;
  return ref;
}

std::vector<ServerRef> Fleet::members(const std::string& cluster) const {
  std::vector<ServerRef> result;
  for (const auto& [key, ref] : by_name_)
    if (key.first == cluster && servers_[ref].member && !servers_[ref].left && !servers_[ref].absorbed)
      result.push_back(ref);
  return result;
}

std::vector<std::string> Fleet::clusters() const {
  std::vector<std::string> result;
  for (const auto& [key, ref] : by_name_)
    if (!servers_[ref].absorbed && (result.empty() || result.back() != key.first))
      result.push_back(key.first);
  return result;
}

std::vector<std::string> Fleet::targets_of(ServerRef ref) const {
  std::vector<std::string> result;
  for (const auto& [target, server] : by_target_)
    if (server == ref) result.push_back(target);
  return result;
}

const std::set<std::string>& Fleet::retired(const std::string& cluster) const {
  static const std::set<std::string> none;
  const auto found = retired_.find(cluster);
  return found == retired_.end() ? none : found->second;
}

bool Fleet::target_configured(ServerRef ref) const {
  if (urls_.empty()) return true;  // nothing was declared
  for (const auto& target : targets_of(ref))
    if (urls_.contains(target)) return true;
  return false;
}

const std::string& Fleet::url_of(ServerRef ref) const {
  static const std::string none;
  for (const auto& target : targets_of(ref))
    if (const auto url = urls_.find(target); url != urls_.end()) return url->second;
  return none;
}

}  // namespace natsrec
