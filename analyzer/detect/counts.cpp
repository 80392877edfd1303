#include "analyzer/detect/counts.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// Whether the JetStream servers this one can still reach, over its routes and gateways, are no majority of
/// the meta group.
bool meta_majority_lost(const Scene& scene, ServerRef ref) {
  const auto& facts = scene.fleet[ref].last_varz;
  if (!facts || !facts->jetstream || !facts->meta || facts->meta->cluster_size == 0) return false;
  const auto* gatewayz = scene.view(ref).gatewayz;
  if (!facts->gateways.empty() && !gatewayz) return false;  // unknown
  int reached = 1;
  for (ServerRef peer = 0; peer < scene.fleet.size(); ++peer) {
    const auto& other = scene.fleet[peer];
    if (peer == ref || !other.last_varz || !other.last_varz->jetstream) continue;
    const bool over_route = scene.routes.says(ref, peer).says == Direction::Says::lists;
    const bool over_gateway = gatewayz && gatewayz->body->outbound.contains(other.cluster) &&
                              scene.view(peer).reach == ServerView::Reach::alive;
    if (over_route || over_gateway) ++reached;
  }
  return reached <= facts->meta->cluster_size / 2;
}

}  // namespace

void report_route_counts(const Scene& scene, Ledger& ledger) {
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
      const auto severity = meta_majority_lost(scene, ref) ? Severity::critical : Severity::warning;
      finding.severity = std::max(finding.severity, severity);
    }
  }
}

}  // namespace natsrec
