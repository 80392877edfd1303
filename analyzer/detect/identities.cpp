#include "analyzer/detect/identities.hpp"

#include <algorithm>
#include <vector>

namespace natsrec {
namespace {

/// Clusters that a gateway is configured or connected between, either way.
std::set<std::pair<std::string, std::string>> gateways(const Scene& scene) {
  std::set<std::pair<std::string, std::string>> result;
  const auto add = [&](const std::string& a, const std::string& b) {
    result.insert({std::min(a, b), std::max(a, b)});
  };
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    const auto& cluster = scene.fleet[ref].cluster;
    if (const auto* varz = scene.views[ref].varz)
      for (const auto& remote : varz->body->gateways) add(cluster, remote.name);
    if (const auto* gatewayz = scene.views[ref].gatewayz) {
      for (const auto& [remote, outbound] : gatewayz->body->outbound) add(cluster, remote);
      for (const auto& [remote, inbound] : gatewayz->body->inbound) add(cluster, remote);
    }
  }
  return result;
}

/// As NATS's own words are too short to tell two of a name apart: a part of the id goes with it.
std::string called(const Server& server) {
  if (server.twin_of != nobody) return server.name;
  const auto& id = server.run.id.str();
  return server.name + "#" + (id.size() > 6 ? id.substr(id.size() - 6) : id);
}

/// The process is gone, or its address answers as somebody else.
bool gone(const Scene& scene, ServerRef ref) {
  const auto& view = scene.view(ref);
  if (view.reach == ServerView::Reach::refused) return true;
  return view.reach != ServerView::Reach::alive && scene.fleet.targets_of(ref).empty();
}

}  // namespace

void IdentityDetector::step(const Scene& scene, Fleet& fleet, Ledger& ledger) {
  const auto live = live_namesakes(scene);
  for (const auto& namesakes : live) report(scene, namesakes, ledger);
  settle(scene, live, ledger);
  targets(scene, fleet, ledger);
}

std::set<IdentityDetector::Namesakes> IdentityDetector::live_namesakes(const Scene& scene) const {
  std::set<Namesakes> result;
  std::map<std::string, std::vector<ServerRef>> by_name;
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    const auto& server = scene.fleet[ref];
    if (!scene.views[ref].varz || !server.named) continue;
    if (server.twin_of == nobody)
      by_name[server.name].push_back(ref);
    else if (scene.view(server.twin_of).varz)
      result.insert({server.twin_of, ref});
  }
  std::erase_if(by_name, [](const auto& entry) { return entry.second.size() < 2; });
  if (by_name.empty()) return result;
  const auto connected = gateways(scene);
  for (auto& [name, refs] : by_name) {
    const auto cluster = [&](ServerRef ref) { return scene.fleet[ref].cluster; };
    std::sort(refs.begin(), refs.end(), [&](auto a, auto b) { return cluster(a) < cluster(b); });
    for (std::size_t i = 0; i < refs.size(); ++i)
      for (std::size_t j = i + 1; j < refs.size(); ++j)
        if (connected.contains({cluster(refs[i]), cluster(refs[j])})) result.insert({refs[i], refs[j]});
  }
  return result;
}

void IdentityDetector::report(const Scene& scene, const Namesakes& namesakes, Ledger& ledger) {
  const auto& [a, b] = namesakes;
  const auto& one = scene.fleet[a];
  const auto& other = scene.fleet[b];
  const bool one_cluster = other.twin_of != nobody;
  const auto subject = one_cluster ? Subject::pair_of(Kind::duplicate_name, a, b)
                                   : Subject::gateway_of(Kind::duplicate_name, a, other.cluster);
  const auto& seen_a = scene.views[a].varz->seen;
  const auto& seen_b = scene.views[b].varz->seen;
  const bool fresh = ledger.open(subject) == nullptr;
  auto& record = ledger.holds(subject, seen_a.answered < seen_b.answered ? seen_b : seen_a);
  open_.insert_or_assign(namesakes, subject);
  if (!fresh) return;
  auto& finding = record.finding;
  finding.severity = Severity::warning;
  finding.details["name"] = one.name;
  finding.details["ids"] = {one.run.id, other.run.id};
  for (const auto& [seen, server] : {std::pair(&seen_a, &one), std::pair(&seen_b, &other)}) {
    finding.proof.push_back(evidence(*seen, *server, "/server_name"));
    finding.proof.push_back(evidence(*seen, *server, "/server_id"));
  }
  record.touches = {a, b};
  if (!one_cluster) return;
  record.called = called(one);
  record.peer_called = called(other);
}

void IdentityDetector::settle(const Scene& scene, const std::set<Namesakes>& live, Ledger& ledger) {
  std::erase_if(open_, [&](const auto& entry) {
    const auto& [namesakes, subject] = entry;
    const auto& [a, b] = namesakes;
    if (live.contains(namesakes)) return false;
    const bool apart = scene.view(a).varz && scene.view(b).varz;  // both live, and no gateway any more
    if (!apart && !gone(scene, a) && !gone(scene, b)) return false;
    ledger.clears(subject, Sighting{scene.epoch, scene.started, scene.ended, {}, Endpoint::varz});
    return true;
  });
}

void IdentityDetector::targets(const Scene& scene, Fleet& fleet, Ledger& ledger) {
  std::vector<std::string> trusted;
  for (const auto& [label, target] : fleet.targets()) {
    if (!target.balanced) continue;
    if (target.balanced->epoch == scene.epoch) {
      auto& known = shared_[label];
      if (known.subject.label.empty()) {
        known.subject.kind = Kind::target_shared;
        known.subject.cluster = fleet[target.server].cluster;
        known.subject.label = label;
      }
      known.proven = scene.observed;
      const bool fresh = ledger.open(known.subject) == nullptr;
      auto& record = ledger.holds(known.subject, *target.balanced);
      auto& details = record.finding.details;
      details["target"] = label;
      std::set<std::string> names;
      for (const auto ref : target.behind) names.insert(fleet[ref].name);
      details["servers"] = names;
      if (fresh)
        record.finding.proof.push_back(evidence(*target.balanced, fleet[target.server], "/server_id"));
    } else if (const auto known = shared_.find(label); known != shared_.end() &&
                                                       scene.observed - known->second.proven > window_ &&
                                                       target.seen && target.seen->epoch == scene.epoch) {
      ledger.clears(known->second.subject, *target.seen);
      trusted.push_back(label);
    }
  }
  for (const auto& label : trusted) {
    fleet.trust(label);
    shared_.erase(label);
  }
}

}  // namespace natsrec
