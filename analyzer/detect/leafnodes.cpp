#include "analyzer/detect/leafnodes.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// A server without a configured name is called by its id, which is new at every start.
bool is_id(const std::string& name) { return name.size() == 56 && name.front() == 'N'; }

}  // namespace

/// A hub that is down holds nothing.
bool LeafnodeDetector::can_tell(const Scene& scene, const std::string& cluster, const Ledger& ledger) const {
  return std::all_of(hubs_.begin(), hubs_.end(), [&](ServerRef ref) {
    return scene.fleet[ref].cluster != cluster || scene.fleet[ref].left || scene.fleet[ref].absorbed ||
           (scene.view(ref).leafz && !scene.is_starting(ref)) ||
           (scene.view(ref).unreachable() && ledger.open(Subject::server_of(Kind::server_down, ref)));
  });
}

void LeafnodeDetector::judge(const Scene& scene, ServerRef hub, Ledger& ledger) {
  const auto& seen = scene.views[hub].leafz->seen;
  std::set<std::string> missing, accounts;
  for (const auto& [key, known] : known_)
    if (known.hub == hub && known.regular && !known.there) {
      missing.insert(std::get<1>(key));
      accounts.insert(std::get<2>(key));
    }
  const auto subject = Subject::server_of(Kind::leafnode_down, hub);
  if (missing.empty()) {
    ledger.clears(subject, seen);
    return;
  }
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, seen).finding;
  finding.severity = Severity::warning;
  if (!fresh && finding.details["missing"].size() >= missing.size()) return;
  finding.details["missing"] = missing;
  finding.details["accounts"] = accounts;
  if (fresh) finding.proof.push_back(evidence(seen, scene.fleet[hub], "/leafs"));
}

/// A cluster may have got another label meanwhile.
void LeafnodeDetector::follow_labels(const Scene& scene) {
  std::map<Key, Known> known;
  for (const auto& [key, leaf] : known_)
    known[{scene.fleet[leaf.hub].cluster, std::get<1>(key), std::get<2>(key)}] = leaf;
  known_ = std::move(known);
}

void LeafnodeDetector::step(const Scene& scene, Ledger& ledger) {
  follow_labels(scene);
  std::map<Key, ServerRef> listed;
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    if (!scene.views[ref].leafz) continue;
    hubs_.insert(ref);
    for (const auto& leaf : scene.views[ref].leafz->body->leafs)
      if (!leaf.spoke && !leaf.name.empty() && !is_id(leaf.name))
        listed[{scene.fleet[ref].cluster, leaf.name, leaf.account}] = ref;
  }
  for (const auto& [key, hub] : listed) {
    auto& known = known_[key];
    if (!known.there) known.since = scene.started;
    known.hub = hub;
    known.there = true;
    known.regular |= scene.interval > Duration::zero() &&
                     scene.ended - known.since + scene.interval / 10 >= 2 * scene.interval;
  }
  for (auto& [key, known] : known_)
    if (!listed.contains(key) && can_tell(scene, std::get<0>(key), ledger)) known.there = false;
  std::erase_if(known_, [&](const auto& entry) {
    const auto& hub = scene.fleet[entry.second.hub];
    return !entry.second.there && (!entry.second.regular || hub.left || hub.absorbed);
  });
  for (const auto hub : hubs_)
    if (scene.view(hub).leafz && can_tell(scene, scene.fleet[hub].cluster, ledger)) judge(scene, hub, ledger);
}

}  // namespace natsrec
