#include "analyzer/detect/configured_peers.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// In its own words in this epoch, and past starting up.
bool speaks(const Scene& scene, ServerRef ref) {
  const auto& view = scene.view(ref);
  return view.varz && view.routez && !scene.is_starting(ref);
}

/// Somebody is polled there who never told who it is: it may well be a member.
bool may_be_a_silent_target(const Scene& scene, const std::string& address) {
  const auto host = address.substr(0, address.rfind(':'));
  for (ServerRef ref = 0; ref < scene.fleet.size(); ++ref) {
    const auto& server = scene.fleet[ref];
    if (server.absorbed || server.last_varz) continue;
    const auto polled = plain_address(scene.fleet.url_of(ref));
    if (polled.substr(0, polled.rfind(':')) == host || server.name.str().starts_with(host)) return true;
  }
  return false;
}

/// A route between them, or from the one to a member of the other's cluster: then their names agree, whatever
/// label /varz still shows.
bool connected(const Scene& scene, ServerRef a, ServerRef b) {
  const auto linked = [&](ServerRef one, ServerRef other) {
    return scene.routes.says(one, other).says == Direction::Says::lists ||
           scene.routes.says(other, one).says == Direction::Says::lists;
  };
  if (linked(a, b)) return true;
  const auto into = [&](ServerRef one, const std::string& cluster) {
    const auto members = scene.fleet.members(cluster);
    return std::any_of(members.begin(), members.end(),
                       [&](ServerRef member) { return member != one && linked(one, member); });
  };
  return into(a, scene.fleet[b].cluster) || into(b, scene.fleet[a].cluster);
}

}  // namespace

void ConfiguredPeers::step(const Scene& scene, Ledger& ledger) {
  book_.learn(scene);
  for (const auto& cluster : scene.fleet.clusters())
    if (!cluster.empty()) missing(scene, cluster, ledger);
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref)
    if (!scene.fleet[ref].left && !scene.fleet[ref].absorbed && speaks(scene, ref))
      mismatch(scene, ref, ledger);
}

const std::vector<ConfiguredPeers::Url>& ConfiguredPeers::urls_of(const Scene& scene, ServerRef ref) {
  const auto& varz = *scene.fleet[ref].last_varz;
  auto& urls = urls_[ref];
  if (urls.run == varz.server_id && urls.loaded == varz.config_load_time && urls.addresses == book_.size())
    return urls.all;
  urls = {varz.server_id, varz.config_load_time, book_.size(), {}};
  for (const auto& url : varz.route_urls) {
    const auto address = plain_address(url);
    urls.all.push_back({url, address, book_.at(address)});
  }
  return urls.all;
}

void ConfiguredPeers::missing(const Scene& scene, const std::string& cluster, Ledger& ledger) {
  const auto members = scene.fleet.members(cluster);
  std::set<ServerRef> met;
  std::set<std::string> unmet;
  for (const auto ref : members) {
    if (!scene.fleet[ref].last_varz) return;  // it may be anywhere
    for (const auto& url : urls_of(scene, ref)) {
      met.insert(url.there.begin(), url.there.end());
      if (url.there.empty() && is_literal(url.address) && !may_be_a_silent_target(scene, url.address))
        unmet.insert(url.address);
    }
  }
  // While a member was met at none of the URLs, any of them can lead to it.
  const bool decided =
      std::all_of(members.begin(), members.end(), [&](ServerRef ref) { return met.contains(ref); });
  for (const auto ref : members)
    if (speaks(scene, ref)) report_missing(scene, ref, unmet, decided, ledger);
}

void ConfiguredPeers::report_missing(const Scene& scene, ServerRef ref, const std::set<std::string>& unmet,
                                     bool decided, Ledger& ledger) {
  const auto& answer = *scene.view(ref).varz;
  const auto subject = Subject::server_of(Kind::configured_peer_missing, ref);
  std::vector<std::string> missing;
  if (!unmet.empty())
    for (const auto& url : urls_of(scene, ref))
      if (unmet.contains(url.address)) missing.push_back(url.told);
  if (missing.empty()) {
    ledger.clears(subject, answer.seen);
  } else if (decided || ledger.open(subject)) {
    const bool fresh = ledger.open(subject) == nullptr;
    auto& finding = ledger.holds(subject, answer.seen).finding;
    finding.severity = Severity::info;
    finding.details["urls"] = missing;
    if (fresh) finding.proof.push_back(evidence(answer.seen, scene.fleet[ref], "/cluster/urls"));
  }
}

void ConfiguredPeers::mismatch(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& own = scene.fleet[ref];
  const auto* varz = scene.view(ref).varz;
  if (!varz) return;
  const auto& answer = *varz;
  const auto subject = Subject::server_of(Kind::cluster_name_mismatch, ref);
  bool unsure = false;
  for (const auto& url : urls_of(scene, ref)) {
    if (url.there.size() != 1 || url.there.contains(ref)) continue;  // several servers behind one address
    const auto peer = *url.there.begin();
    const auto& other = scene.fleet[peer];
    if (other.left || other.absorbed || own.cluster == other.cluster) continue;
    if (own.cluster.empty() || other.cluster.empty() || connected(scene, ref, peer)) continue;
    if (!speaks(scene, peer)) {
      unsure = true;
      continue;
    }
    const bool fresh = ledger.open(subject) == nullptr;
    auto& record = ledger.holds(subject, answer.seen);
    if (!fresh) return;
    auto& finding = record.finding;
    finding.severity = Severity::warning;
    finding.details["url"] = url.told;
    finding.details["leads_to"] = other.display();
    finding.details["cluster"] = own.cluster;
    finding.details["other_cluster"] = other.cluster;
    finding.proof.push_back(evidence(answer.seen, own, "/cluster"));
    finding.proof.push_back(evidence(scene.view(peer).varz->seen, other, "/cluster"));
    finding.proof.push_back(evidence(scene.view(ref).routez->seen, own, "/routes"));
    record.touches.push_back(peer);
    return;
  }
  if (!unsure) ledger.clears(subject, answer.seen);
}

}  // namespace natsrec
