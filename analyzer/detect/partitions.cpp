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

/// Alive and past starting up: only such a server can be one side of a split.
bool speaks(const Scene& scene, ServerRef ref) { return scene.view(ref).routez && !scene.is_starting(ref); }

nlohmann::ordered_json names(const Scene& scene, const std::vector<Island>& islands) {
  auto result = nlohmann::ordered_json::array();
  for (const auto& island : islands) {
    auto& one = result.emplace_back(nlohmann::ordered_json::array());
    for (const auto ref : island) one.push_back(scene.fleet[ref].name);
  }
  return result;
}

}  // namespace

void report_partitions(const Scene& scene, const std::map<Pair, PairState>& pairs, Ledger& ledger) {
  const auto state = [&](ServerRef a, ServerRef b) {
    for (const auto& pair : {Pair{a, b}, Pair{b, a}})
      if (const auto found = pairs.find(pair); found != pairs.end()) return found->second;
    return PairState::unknown;
  };
  for (const auto& cluster : scene.fleet.clusters()) {
    const auto members = scene.fleet.members(cluster);
    std::vector<ServerRef> speaking;
    std::copy_if(members.begin(), members.end(), std::back_inserter(speaking),
                 [&](ServerRef ref) { return speaks(scene, ref); });
    if (speaking.size() < 2) continue;

    auto islands =
        components(members, [&](ServerRef a, ServerRef b) { return state(a, b) != PairState::down; });
    std::erase_if(islands, [&](const Island& island) {
      return std::none_of(island.begin(), island.end(), [&](ServerRef ref) { return speaks(scene, ref); });
    });
    const auto latest = std::max_element(speaking.begin(), speaking.end(), [&](ServerRef a, ServerRef b) {
      return scene.view(a).routez->seen.answered < scene.view(b).routez->seen.answered;
    });
    const auto& seen = scene.view(*latest).routez->seen;
    const auto subject = Subject::cluster_of(Kind::cluster_partitioned, cluster);
    if (islands.size() > 1) {
      const bool fresh = ledger.open(subject) == nullptr;
      auto& record = ledger.holds(subject, seen);
      if (!fresh) continue;
      record.finding.severity = Severity::critical;
      record.finding.details["islands"] = names(scene, islands);
      for (const auto ref : speaking)
        record.finding.proof.push_back(evidence(scene.view(ref).routez->seen, scene.fleet[ref], "/routes"));
      record.touches = members;
    } else if (components(speaking, [&](ServerRef a, ServerRef b) {
                 return state(a, b) == PairState::up;
               }).size() == 1) {
      ledger.clears(subject, seen);
    }
  }
}

}  // namespace natsrec
