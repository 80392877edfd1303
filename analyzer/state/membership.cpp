#include "analyzer/state/membership.hpp"

#include <algorithm>

namespace natsrec {
namespace {

bool alive(const Scene& scene, ServerRef ref) {
  return scene.view(ref).reach == ServerView::Reach::alive || scene.routes.listed(ref);
}

/// The newest /routez of a member that could list `ref` and does not; none while somebody still lists it.
const Sighting* all_agree_it_is_gone(const Scene& scene, ServerRef ref) {
  const Sighting* newest = nullptr;
  for (const auto peer : scene.fleet.members(scene.fleet[ref].cluster)) {
    const auto* routez = scene.view(peer).routez;
    if (peer == ref || !routez) continue;
    if (scene.routes.says(peer, ref).says != Direction::Says::lacks) return nullptr;
    if (!newest || newest->answered < routez->seen.answered) newest = &routez->seen;
  }
  return newest;
}

const std::string& domain_of(const Server& server) {
  static const std::string none;
  return server.last_varz ? server.last_varz->domain : none;
}

}  // namespace

bool Membership::declared(const Fleet& fleet, const std::string& cluster) const {
  for (ServerRef ref = 0; ref < fleet.size(); ++ref)
    if (fleet[ref].declared && fleet[ref].cluster == cluster) return true;
  return false;
}

Membership::Departure Membership::why(const Fleet& fleet, const Scene& scene, ServerRef ref) const {
  const auto& server = fleet[ref];
  if (fleet.retired(server.cluster).contains(server.name)) return {"the configuration retires it"};
  if (server.declared) return {};
  if (!fleet.target_configured(ref)) return {"its target left the configuration"};
  const auto then = meta_size_when_alive_.find(ref);
  const auto now = meta_size_.find(domain_of(server));
  if (then != meta_size_when_alive_.end() && now != meta_size_.end() && now->second < then->second) {
    // The group shrank by so many; as many of the servers missing since may have left.
    int missing = 0;
    for (const auto& [other, size] : meta_size_when_alive_)
      if (size == then->second && !fleet[other].left && !alive(scene, other)) ++missing;
    if (missing <= then->second - now->second) return {"JetStream's meta group shrank"};
  }
  const auto last = last_alive_.find(ref);
  for (const auto other : fleet.members(server.cluster))
    if (last != last_alive_.end() && fleet[other].first_seen.answered > last->second && alive(scene, other) &&
        std::none_of(replaced_by_.begin(), replaced_by_.end(),
                     [&](const auto& entry) { return entry.second == other; }))
      return {"a new name took its place: " + fleet[other].name, other};
  return {};
}

std::vector<Membership::Left> Membership::update(Fleet& fleet, const Scene& scene) {
  if (!first_epoch_) first_epoch_ = scene.started;
  const bool early = scene.interval == Duration::zero() || scene.ended - *first_epoch_ < 2 * scene.interval;
  for (ServerRef ref = 0; ref < fleet.size(); ++ref) {
    auto& server = fleet.at(ref);
    if (server.absorbed) continue;
    if (const auto* varz = scene.view(ref).varz;
        varz && varz->body->meta && varz->body->meta->cluster_size > 0)
      meta_size_[varz->body->domain] = varz->body->meta->cluster_size;
    if (!alive(scene, ref)) {
      if (scene.view(ref).polled) server.alive_since.reset();
      continue;
    }
    last_alive_[ref] = scene.ended;
    server.left = false;
    if (!server.alive_since) server.alive_since = scene.started;
    const bool long_enough = early || scene.ended - *server.alive_since >= 2 * scene.interval;
    if (long_enough && !declared(fleet, server.cluster)) server.member = true;
  }

  std::vector<Left> result;
  for (ServerRef ref = 0; ref < fleet.size(); ++ref) {
    auto& server = fleet.at(ref);
    if (!server.member || server.left || server.absorbed) continue;
    if (alive(scene, ref)) {
      if (const auto size = meta_size_.find(domain_of(server)); size != meta_size_.end())
        meta_size_when_alive_[ref] = size->second;
      continue;
    }
    const auto* proof = all_agree_it_is_gone(scene, ref);
    if (!proof) continue;
    auto departure = why(fleet, scene, ref);
    if (departure.reason.empty()) continue;
    if (departure.replaced_by != nobody) replaced_by_[ref] = departure.replaced_by;
    server.left = true;
    server.member = false;
    result.push_back({ref, *proof, std::move(departure.reason)});
  }
  return result;
}

}  // namespace natsrec
