#include "analyzer/detect/gateway_config.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace natsrec {
namespace {

/// Of a body without any remote the list itself is missing.
const char* pointer(const Varz& varz) { return varz.gateways.empty() ? "/gateway" : "/gateway/gateways"; }

}  // namespace

void GatewayConfigDetector::step(const Scene& scene, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref)
    if (scene.views[ref].varz) read(scene, ref, ledger);
  for (const auto& cluster : scene.fleet.clusters()) compare(scene, cluster, ledger);
}

void GatewayConfigDetector::read(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& varz = *scene.views[ref].varz;
  auto& known = configs_[ref];
  if (known.run != varz.body->server_id) {
    const auto before = std::exchange(known, {});
    known.run = varz.body->server_id;
    for (const auto& remote : varz.body->gateways) known.remotes[remote.name] = remote.urls;
    for (const auto& [name, urls] : before.remotes)
      if (!known.remotes.contains(name)) removed(scene, ref, name, before, ledger);
  }
  known.seen = varz.seen;
}

void GatewayConfigDetector::removed(const Scene& scene, ServerRef ref, const std::string& remote,
                                    const Config& before, Ledger& ledger) const {
  const auto& varz = *scene.views[ref].varz;
  for (const auto kind : {Kind::gateway_down, Kind::gateway_never_connected, Kind::gateway_name_mismatch,
                          Kind::gateway_flapping, Kind::gateway_rtt_high})
    ledger.retire(Subject::gateway_of(kind, ref, remote), varz.seen);
  auto& finding = ledger
                      .event(Subject::gateway_of(Kind::gateway_removed, ref, remote), before.seen, varz.seen,
                             scene.clocks.translate(ref, varz.body->start))
                      .finding;
  finding.details["implicit"] = false;
  finding.details["urls"] = before.remotes.at(remote);
  finding.proof.push_back(evidence(varz.seen, scene.fleet[ref], pointer(*varz.body)));
  finding.contrary.push_back(evidence(before.seen, scene.fleet[ref], "/gateway/gateways"));
}

void GatewayConfigDetector::compare(const Scene& scene, const std::string& cluster, Ledger& ledger) const {
  const auto subject = Subject::cluster_of(Kind::gateway_config_mismatch, cluster);
  std::vector<ServerRef> answering;
  bool all = true;
  const Sighting* newest = nullptr;
  for (const auto ref : scene.fleet.members(cluster)) {
    const auto* varz = scene.view(ref).varz;
    if (!varz) {
      all = false;
      continue;
    }
    answering.push_back(ref);
    if (!newest || newest->answered < varz->seen.answered) newest = &varz->seen;
  }
  if (!newest) return;
  const auto& remotes = [&](ServerRef ref) -> const auto& { return configs_.at(ref).remotes; };
  const auto& first = remotes(answering.front());
  if (std::all_of(answering.begin(), answering.end(), [&](auto ref) { return remotes(ref) == first; })) {
    if (all) ledger.clears(subject, *newest);  // who does not answer may be the one that differs
    return;
  }
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, *newest).finding;
  if (!fresh) return;
  finding.severity = Severity::warning;
  describe(scene, answering, finding);
}

const std::vector<Interned>* GatewayConfigDetector::urls_at(ServerRef ref, const std::string& remote) const {
  const auto& remotes = configs_.at(ref).remotes;
  const auto found = remotes.find(remote);
  return found == remotes.end() ? nullptr : &found->second;
}

bool GatewayConfigDetector::same_urls(ServerRef a, ServerRef b, const std::string& remote) const {
  const auto* one = urls_at(a, remote);
  const auto* other = urls_at(b, remote);
  return one && other ? *one == *other : one == other;
}

void GatewayConfigDetector::describe(const Scene& scene, const std::vector<ServerRef>& members,
                                     Finding& finding) const {
  std::set<std::string> names, differing;
  for (const auto ref : members)
    for (const auto& [name, urls] : configs_.at(ref).remotes) names.insert(name);
  for (const auto& name : names)
    if (std::any_of(members.begin(), members.end(),
                    [&](auto ref) { return !same_urls(ref, members.front(), name); }))
      differing.insert(name);

  auto variants = nlohmann::ordered_json::array();
  for (const auto ref : members) {
    auto remotes = nlohmann::ordered_json::object();
    for (const auto& name : differing)
      if (const auto* urls = urls_at(ref, name)) remotes[name] = *urls;
    const auto same = std::find_if(variants.begin(), variants.end(),
                                   [&](const auto& one) { return one["remotes"] == remotes; });
    if (same != variants.end()) {
      (*same)["servers"].push_back(scene.fleet[ref].name);
      continue;
    }
    nlohmann::ordered_json variant;
    variant["servers"] = {scene.fleet[ref].name};
    variant["remotes"] = std::move(remotes);
    variants.push_back(std::move(variant));
    if (const auto* varz = scene.view(ref).varz)
      finding.proof.push_back(evidence(varz->seen, scene.fleet[ref], pointer(*varz->body)));
  }
  finding.details["differing"] = differing;
  finding.details["variants"] = std::move(variants);
}

}  // namespace natsrec
