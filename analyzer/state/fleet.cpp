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
      const auto known = by_name(cluster.name, name);
      auto& server = servers_[known != nobody ? known : add(cluster.name, name, true, {})];
      server.declared = server.member = server.named = true;
      server.left = false;
    }
  }
}

ServerRef Fleet::add(Interned cluster, Interned name, bool identified, const Sighting& seen) {
  const auto ref = servers_.size();
  auto& server = servers_.emplace_back();
  server.cluster = cluster;
  server.name = name;
  server.identified = identified;
  server.first_seen = seen;
  by_name_[{server.cluster, server.name}] = ref;
  return ref;
}

void Fleet::rename(ServerRef ref, Interned cluster, Interned name) {
  const auto forget = [&] {
    const auto old = by_name_.find({servers_[ref].cluster, servers_[ref].name});
    if (old != by_name_.end() && old->second == ref) by_name_.erase(old);
  };
  if (const auto other = by_name(cluster, name); other != nobody && other != ref) absorb(ref, other);
  forget();
  servers_[ref].cluster = cluster;
  servers_[ref].name = name;
  by_name_[{cluster, name}] = ref;
}

void Fleet::absorb(ServerRef into, ServerRef gone) {
  if (into == gone) return;
  auto& server = servers_[gone];
  auto& heir = servers_[into];
  server.absorbed = true;
  server.absorbed_by = into;
  absorbed_.push_back(gone);
  heir.declared |= server.declared;
  heir.member |= server.member;
  server.member = server.declared = false;
  if (!heir.last_answer) heir.last_answer = server.last_answer;
  if (const auto old = by_name_.find({server.cluster, server.name});
      old != by_name_.end() && old->second == gone)
    by_name_.erase(old);
  for (auto& [id, ref] : by_id_)
    if (ref == gone) ref = into;
  for (auto& [label, target] : targets_) {
    if (target.server == gone) target.server = into;
    if (target.behind.erase(gone) > 0) target.behind.insert(into);
  }
}

ServerRef Fleet::by_id(Interned id) const {
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nobody : known->second;
}

ServerRef Fleet::by_name(Interned cluster, Interned name) const {
  const auto known = by_name_.find({cluster, name});
  return known == by_name_.end() ? nobody : known->second;
}

ServerRef Fleet::by_target(Interned target) const {
  const auto known = targets_.find(target);
  return known == targets_.end() ? nobody : known->second.server;
}

ServerRef Fleet::peer(ServerRef lister, Interned remote_id, Interned remote_name) const {
  if (const auto known = by_id(remote_id); known != nobody) return known;
  if (remote_name.empty() || remote_name == remote_id) return nobody;
  return by_name(servers_[lister].cluster, remote_name);
}

ServerRef Fleet::admit(ServerRef lister, Interned remote_id, Interned remote_name, const Sighting& seen) {
  const bool named = !remote_name.empty() && remote_name != remote_id;
  const auto ref = add(servers_[lister].cluster, named ? remote_name : remote_id, named, seen);
  by_id_[remote_id] = ref;
  servers_[ref].named = named;
  servers_[ref].run.id = remote_id;
  return ref;
}

void Fleet::follow_run(ServerRef ref, Interned id) {
  by_id_[id] = ref;
  servers_[ref].run = Run();
  servers_[ref].run.id = id;
}

std::vector<ServerRef> Fleet::members(Interned cluster) const {
  std::vector<ServerRef> result;
  for (auto at = by_name_.lower_bound({cluster, {}}); at != by_name_.end() && at->first.first == cluster;
       ++at)
    if (servers_[at->second].member && !servers_[at->second].left) result.push_back(at->second);
  return result;
}

std::vector<Interned> Fleet::clusters() const {
  std::vector<Interned> result;
  for (const auto& [key, ref] : by_name_)
    if (result.empty() || result.back() != key.first) result.push_back(key.first);
  return result;
}

std::vector<std::string> Fleet::targets_of(ServerRef ref) const {
  std::vector<std::string> result;
  for (const auto& [label, target] : targets_)
    if (target.server == ref) result.push_back(label);
  return result;
}

const std::set<std::string>& Fleet::retired(const std::string& cluster) const {
  static const std::set<std::string> none;
  const auto found = retired_.find(cluster);
  return found == retired_.end() ? none : found->second;
}

bool Fleet::target_configured(ServerRef ref) const {
  const auto targets = targets_of(ref);
  if (urls_.empty() || targets.empty()) return true;  // nothing was declared, or it is known from peers
  return std::any_of(targets.begin(), targets.end(), [&](const auto& one) { return urls_.contains(one); });
}

const std::string& Fleet::url_of(ServerRef ref) const {
  static const std::string none;
  for (const auto& target : targets_of(ref))
    if (const auto url = urls_.find(target); url != urls_.end()) return url->second;
  return none;
}

}  // namespace natsrec
