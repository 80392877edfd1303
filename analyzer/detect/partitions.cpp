#include "analyzer/detect/partitions.hpp"

#include <algorithm>
#include <functional>

namespace natsrec {
namespace {

using Island = std::vector<ServerRef>;

/// The components of `nodes` under `joined`, each in the order of `nodes`.
std::vector<Island> components(const std::vector<ServerRef>& nodes,
                               const std::function<bool(ServerRef, ServerRef)>& joined) {
  std::vector<Island> result;
  std::vector<bool> placed(nodes.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (placed[i]) continue;
    std::vector<std::size_t> island{i};
    placed[i] = true;
    for (std::size_t at = 0; at < island.size(); ++at)
      for (std::size_t j = 0; j < nodes.size(); ++j)
        if (!placed[j] && joined(nodes[island[at]], nodes[j])) {
          placed[j] = true;
          island.push_back(j);
        }
    std::sort(island.begin(), island.end());
    auto& refs = result.emplace_back();
    for (const auto index : island) refs.push_back(nodes[index]);
  }
  return result;
}

bool speaks(const Scene& scene, ServerRef ref) { return scene.view(ref).routez && !scene.is_starting(ref); }

/// Who can be on one side or another: servers that tell their routes and are past starting up, and whoever is
/// in a route that one end lists.
std::vector<ServerRef> who_counts(const Scene& scene, const std::vector<ServerRef>& members) {
  std::vector<ServerRef> result;
  for (const auto ref : members) {
    const bool linked = std::any_of(members.begin(), members.end(), [&](ServerRef peer) {
      return scene.routes.says(ref, peer).says == Direction::Says::lists ||
             scene.routes.says(peer, ref).says == Direction::Says::lists;
    });
    if (linked || speaks(scene, ref)) result.push_back(ref);
  }
  return result;
}

std::vector<std::string> names(const Scene& scene, const Island& island) {
  std::vector<std::string> result;
  for (const auto ref : island) result.push_back(scene.fleet[ref].name);
  return result;
}

/// The island with more than half of the cluster's members; in a cluster of two there is none.
const Island* majority(const std::vector<Island>& islands, std::size_t members) {
  for (const auto& island : islands)
    if (2 * island.size() > members) return &island;
  return nullptr;
}

void describe(const Scene& scene, const std::vector<Island>& islands, const std::vector<ServerRef>& members,
              Finding& finding) {
  auto& all = finding.details["islands"] = nlohmann::ordered_json::array();
  for (const auto& island : islands) all.push_back(names(scene, island));
  const auto* most = majority(islands, members.size());
  finding.details["majority"] = most ? nlohmann::ordered_json(names(scene, *most)) : nlohmann::ordered_json();
}

void report(const Scene& scene, const std::string& cluster, const PairStates& pairs, Ledger& ledger) {
  const auto members = scene.fleet.members(cluster);
  const auto nodes = who_counts(scene, members);
  const Sighting* newest = nullptr;
  for (const auto ref : nodes)
    if (const auto* routez = scene.view(ref).routez; routez && speaks(scene, ref))
      if (!newest || newest->answered < routez->seen.answered) newest = &routez->seen;
  if (nodes.size() < 2 || !newest) return;

  const auto subject = Subject::cluster_of(Kind::cluster_partitioned, cluster);
  const auto islands =
      components(nodes, [&](ServerRef a, ServerRef b) { return state_of(pairs, a, b) != PairState::down; });
  if (islands.size() == 1) {
    const bool whole = components(nodes, [&](ServerRef a, ServerRef b) {
                         const auto state = state_of(pairs, a, b);
                         return state == PairState::up || state == PairState::one_sided;
                       }).size() == 1;
    if (whole) ledger.clears(subject, *newest);
    return;
  }
  const bool fresh = ledger.open(subject) == nullptr;
  auto& record = ledger.holds(subject, *newest);
  auto& finding = record.finding;
  // It may break into more pieces; the worst is told.
  if (!fresh && islands.size() <= finding.details["islands"].size()) return;
  finding.severity = Severity::critical;
  describe(scene, islands, members, finding);
  record.touches = members;
  finding.proof.clear();
  for (const auto ref : nodes)
    if (speaks(scene, ref))
      finding.proof.push_back(evidence(scene.view(ref).routez->seen, scene.fleet[ref], "/routes"));
}

}  // namespace

void report_partitions(const Scene& scene, const PairStates& pairs, Ledger& ledger) {
  for (const auto& cluster : scene.fleet.clusters()) report(scene, cluster, pairs, ledger);
}

}  // namespace natsrec
