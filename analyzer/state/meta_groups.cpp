#include "analyzer/state/meta_groups.hpp"

#include <algorithm>

namespace natsrec {

Interned MetaGroups::first_of(Interned cluster) const {
  const auto found = first_.find(cluster);
  return found == first_.end() ? cluster : found->second;
}

void MetaGroups::unite(Interned a, Interned b) {
  const auto one = first_of(a), other = first_of(b);
  if (one == other) return;
  const auto rank = [&](Interned name) {
    const auto found = order_.find(name);
    return std::pair(found == order_.end() ? order_.size() : found->second, name);
  };
  const auto& keeps = rank(one) < rank(other) ? one : other;
  const auto& goes = keeps == one ? other : one;
  for (auto& [cluster, first] : first_)
    if (first == goes) first = keeps;
  first_[a] = first_[b] = first_[goes] = keeps;
}

void MetaGroups::connect(const Fleet& fleet, const std::vector<ServerView>& views) {
  for (ServerRef ref = 0; ref < views.size(); ++ref)
    if (views[ref].varz) order_.try_emplace(fleet[ref].cluster, order_.size());
  for (ServerRef ref = 0; ref < views.size(); ++ref) {
    const auto& cluster = fleet[ref].cluster;
    if (const auto* varz = views[ref].varz)
      for (const auto& remote : varz->body->gateways) unite(cluster, remote.name);
    if (const auto* gatewayz = views[ref].gatewayz) {
      for (const auto& [remote, outbound] : gatewayz->body->outbound) unite(cluster, remote);
      for (const auto& [remote, inbound] : gatewayz->body->inbound) unite(cluster, remote);
    }
  }
}

void MetaGroups::note_leaders(const Fleet& fleet, const std::vector<ServerView>& views) {
  std::map<Name, std::map<std::string, int>> votes;
  for (ServerRef ref = 0; ref < views.size(); ++ref)
    if (const auto* varz = views[ref].varz; varz && varz->body->meta && !varz->body->meta->leader.empty())
      ++votes[of(fleet[ref])][varz->body->meta->leader];
  for (const auto& [group, names] : votes)
    leaders_[group] = std::max_element(names.begin(), names.end(), [](const auto& a, const auto& b) {
                        return a.second < b.second;
                      })->first;
}

MetaGroups::Name MetaGroups::of(const Server& server) const {
  return {first_of(server.cluster), server.last_varz ? server.last_varz->domain : Interned()};
}

std::vector<std::string> MetaGroups::clusters(const Name& group) const {
  std::vector<std::string> result;
  for (const auto& [cluster, first] : first_)
    if (first == group.first && order_.contains(cluster)) result.push_back(cluster);
  if (result.empty()) result.push_back(group.first);
  return result;
}

const std::string& MetaGroups::leader(const Name& group) const {
  static const std::string none;
  const auto found = leaders_.find(group);
  return found == leaders_.end() ? none : found->second;
}

}  // namespace natsrec
