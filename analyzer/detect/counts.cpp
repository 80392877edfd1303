#include "analyzer/detect/counts.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// Who can still talk to whom, as far as it is not known otherwise: over routes inside a cluster, over
/// gateways between them.
class Components {
 public:
  Components(const Scene& scene, const std::map<Pair, PairState>& pairs) {
    const auto size = scene.fleet.size();
    for (ServerRef ref = 0; ref < size; ++ref) root_.push_back(ref);
    for (const auto& [pair, state] : pairs)
      if (state != PairState::down) unite(pair.first, pair.second);
    for (ServerRef ref = 0; ref < scene.views.size(); ++ref)
      if (const auto* gatewayz = scene.views[ref].gatewayz)
        for (const auto& [remote, outbound] : gatewayz->body->outbound)
          if (const auto far = scene.fleet.by_id(outbound.connection.remote_id); far != nobody)
            unite(ref, far);
  }
  ServerRef of(ServerRef ref) const {
    while (root_[ref] != ref) ref = root_[ref];
    return ref;
  }

 private:
  void unite(ServerRef a, ServerRef b) { root_[of(a)] = of(b); }
  std::vector<ServerRef> root_;
};

/// Whether the JetStream servers this one can reach are surely no majority of its meta group: the others are
/// down, or in another component (DETECTION 1.14).
bool meta_majority_lost(const Scene& scene, const Components& components, ServerRef ref,
                        const Ledger& ledger) {
  const auto& facts = scene.fleet[ref].last_varz;
  if (!facts || !facts->jetstream || !facts->meta || facts->meta->cluster_size == 0) return false;
  const auto group = scene.meta.of(scene.fleet[ref]);
  int lost = 0;
  for (ServerRef peer = 0; peer < scene.fleet.size(); ++peer) {
    const auto& other = scene.fleet[peer];
    if (peer == ref || !other.member || !other.last_varz || !other.last_varz->jetstream) continue;
    if (scene.meta.of(other) != group) continue;
    // Of another cluster nothing says that it is out of reach while its gateways were not asked.
    const bool known = other.cluster == scene.fleet[ref].cluster || scene.view(ref).gatewayz;
    if (ledger.open(Subject::server_of(Kind::server_down, peer)) ||
        (known && components.of(peer) != components.of(ref)))
      ++lost;
  }
  const auto size = facts->meta->cluster_size;
  return size - lost <= size / 2;
}

}  // namespace

void report_route_counts(const Scene& scene, const std::map<Pair, PairState>& pairs, Ledger& ledger) {
  std::optional<Components> components;  // costs something, and is seldom needed
  for (const auto& cluster : scene.fleet.clusters()) {
    const auto members = scene.fleet.members(cluster);
    for (const auto ref : members) {
      const auto* routez = scene.view(ref).routez;
      if (!routez || scene.is_starting(ref)) continue;
      std::size_t listed = 0;
      bool unsure = false;
      std::vector<std::string> missing;
      for (const auto peer : members) {
        if (peer == ref) continue;
        const auto says = scene.routes.says(ref, peer).says;
        if (says == Direction::Says::lists)
          ++listed;
        else if (says == Direction::Says::lacks && !scene.is_starting(peer))
          missing.push_back(scene.fleet[peer].name);
        else
          unsure = true;
      }
      const auto subject = Subject::server_of(Kind::route_count_low, ref);
      if (missing.empty()) {
        if (!unsure) ledger.clears(subject, routez->seen);
        continue;
      }
      const bool fresh = ledger.open(subject) == nullptr;
      auto& finding = ledger.holds(subject, routez->seen).finding;
      if (fresh) finding.proof.push_back(evidence(routez->seen, scene.fleet[ref], "/routes"));
      if (fresh || listed < finding.details["peers"]) {
        finding.details["peers"] = listed;
        finding.details["expected"] = members.size() - 1;
        finding.details["missing"] = missing;
      }
      if (!components) components.emplace(scene, pairs);
      const auto severity =
          meta_majority_lost(scene, *components, ref, ledger) ? Severity::critical : Severity::warning;
      finding.severity = std::max(finding.severity, severity);
    }
  }
}

}  // namespace natsrec
