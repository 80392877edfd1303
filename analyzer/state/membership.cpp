#include "analyzer/state/membership.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// Whether a member that could list `ref` still does, or is not heard of well enough to know.
struct Word {
  bool agreed = true;
  const Sighting* newest = nullptr;  ///< of those that lack it
};

Word word_of_the_others(const Scene& scene, ServerRef ref) {
  Word word;
  for (const auto peer : scene.fleet.members(scene.fleet[ref].cluster)) {
    const auto* routez = scene.view(peer).routez;
    if (peer == ref || !routez) continue;
    if (scene.routes.says(peer, ref).says != Direction::Says::lacks) return {false, nullptr};
    if (!word.newest || word.newest->answered < routez->seen.answered) word.newest = &routez->seen;
  }
  return word;
}

std::set<std::string> declared_clusters(const Fleet& fleet) {
  std::set<std::string> result;
  for (ServerRef ref = 0; ref < fleet.size(); ++ref)
    if (fleet[ref].declared) result.insert(fleet[ref].cluster);
  return result;
}

}  // namespace

std::vector<bool> Membership::who_lives(const Fleet& fleet, const Scene& scene) const {
  std::vector<bool> alive(fleet.size(), false);
  for (ServerRef ref = 0; ref < fleet.size(); ++ref) {
    if (scene.view(ref).reach == ServerView::Reach::alive) alive[ref] = true;
    if (!scene.view(ref).routez) continue;
    for (const auto peer : scene.routes.listed_by(ref)) alive[peer] = true;
  }
  return alive;
}

void Membership::follow(Fleet& fleet, const Scene& scene, const std::vector<bool>& alive) {
  const bool early = scene.interval == Duration::zero() || scene.ended - *first_epoch_ < 2 * scene.interval;
  const auto declared = declared_clusters(fleet);
  for (ServerRef ref = 0; ref < fleet.size(); ++ref)
    if (const auto* varz = scene.view(ref).varz;
        varz && varz->body->meta && varz->body->meta->cluster_size > 0)
      meta_size_[scene.meta.of(fleet[ref])] = varz->body->meta->cluster_size;
  for (ServerRef ref = 0; ref < fleet.size(); ++ref) {
    auto& server = fleet.at(ref);
    if (server.absorbed) continue;
    if (alive[ref] || scene.view(ref).polled) heard_[ref] = scene.observed;
    if (!alive[ref]) {
      if (scene.view(ref).polled) server.alive_since.reset();
      continue;
    }
    server.left = false;
    if (!server.alive_since) server.alive_since = scene.started;
    if (early) founders_.insert(ref);
    const auto size = meta_size_.find(scene.meta.of(server));
    lives_[ref] = {scene.ended, size == meta_size_.end() ? 0 : size->second};
    const bool long_enough = early || scene.ended - *server.alive_since >= 2 * scene.interval;
    if (long_enough && server.twin_of == nobody && !declared.contains(server.cluster)) server.member = true;
  }
}

bool Membership::meta_group_shrank(const Fleet& fleet, const Scene& scene, ServerRef ref,
                                   const std::vector<bool>& alive) const {
  const auto group = scene.meta.of(fleet[ref]);
  const auto then = lives_.find(ref);
  const auto now = meta_size_.find(group);
  if (then == lives_.end() || now == meta_size_.end() || now->second >= then->second.meta_size) return false;
  // By so many; as many of the servers missing since may have left.
  int missing = 0;
  for (const auto& [other, life] : lives_)
    if (fleet[other].member && !alive[other] && life.meta_size == then->second.meta_size &&
        fleet[other].last_varz && fleet[other].last_varz->jetstream && scene.meta.of(fleet[other]) == group)
      ++missing;
  return missing <= then->second.meta_size - now->second;
}

/// A newcomer of its cluster: never was it a member beside this one.
ServerRef Membership::successor(const Fleet& fleet, const Scene& scene, ServerRef ref,
                                const std::vector<bool>& alive) const {
  const auto last = lives_.find(ref);
  if (last == lives_.end()) return nobody;
  const auto taken = [&](ServerRef other) {
    return std::any_of(replaced_by_.begin(), replaced_by_.end(),
                       [&](const auto& entry) { return entry.second == other; });
  };
  for (ServerRef other = 0; other < fleet.size(); ++other) {
    const auto& server = fleet[other];
    if (other == ref || server.absorbed || server.left || !alive[other] || !server.alive_since) continue;
    if (founders_.contains(other) || taken(other) || server.first_seen.epoch == 0) continue;
    const bool here = server.cluster == fleet[ref].cluster;
    const bool overlapped = last->second.until - server.first_seen.asked >= 2 * scene.interval;
    if (here && !overlapped) return other;
  }
  // What answers at its only target may call its cluster otherwise now.
  for (const auto& [label, target] : fleet.targets())
    if (target.server != ref && !target.balanced && target.behind.contains(ref) && alive[target.server] &&
        fleet.targets_of(ref).empty() && fleet[target.server].first_seen.asked >= last->second.until)
      return target.server;
  return nobody;
}

Membership::Departure Membership::why(const Fleet& fleet, const Scene& scene, ServerRef ref,
                                      const std::vector<bool>& alive) const {
  const auto& server = fleet[ref];
  if (fleet.retired(server.cluster).contains(server.name)) return {"the configuration retires it"};
  if (server.declared) return {};
  if (!fleet.target_configured(ref)) return {"its target left the configuration"};
  if (const auto other = successor(fleet, scene, ref, alive); other != nobody)
    return {"a new name took its place: " + fleet[other].name, other};
  if (meta_group_shrank(fleet, scene, ref, alive)) return {"JetStream's meta group shrank"};
  return {};
}

std::vector<Membership::Left> Membership::update(Fleet& fleet, const Scene& scene) {
  if (!first_epoch_) first_epoch_ = scene.started;
  const auto alive = who_lives(fleet, scene);
  follow(fleet, scene, alive);
  std::vector<Left> result;
  for (ServerRef ref = 0; ref < fleet.size(); ++ref) {
    auto& server = fleet.at(ref);
    if (!server.member || server.left || server.absorbed || alive[ref]) continue;
    const auto word = word_of_the_others(scene, ref);
    if (!word.agreed) continue;
    auto departure = why(fleet, scene, ref, alive);
    if (departure.reason.empty()) continue;
    if (departure.replaced_by != nobody) replaced_by_[ref] = departure.replaced_by;
    server.left = true;
    server.member = false;
    const Sighting now{scene.epoch, scene.started, scene.ended, {}, Endpoint::routez};
    result.push_back({ref, word.newest ? *word.newest : now, std::move(departure.reason)});
  }
  return result;
}

std::vector<ServerRef> Membership::unheard(const Fleet& fleet, const Scene& scene) const {
  std::vector<ServerRef> result;
  for (const auto& [ref, heard] : heard_)
    if (!fleet[ref].absorbed && !fleet[ref].declared && scene.observed - heard > window_)
      result.push_back(ref);
  return result;
}

void Membership::forget(Fleet& fleet, ServerRef ref) {
  fleet.at(ref).member = false;
  heard_.erase(ref);
}

}  // namespace natsrec
