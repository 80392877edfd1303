#include "analyzer/commands/configuration.hpp"

#include "analyzer/report/wording.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace natsrec {
namespace {

using Json = nlohmann::json;

constexpr std::size_t largest_cluster = 9;
constexpr std::size_t most_names = 6;

struct Member {
  std::string name;
  bool jetstream = false, tls = false;
  std::size_t seeds = 0;
  std::int64_t pool = 0;
};
using Cluster = std::vector<Member>;

/// By cluster, each server once, as the newest epoch has them. Bodies are whatever was received.
std::map<std::string, Cluster> clusters_of(const Recording& recording) {
  std::map<std::string, std::map<std::string, Member>> found;
  const auto newest = recording.newest(1);
  if (newest.empty()) return {};
  for (const Snapshot& snapshot : recording.epoch(newest.back().number).snapshots) {
    if (snapshot.endpoint != Endpoint::varz || !snapshot.body) continue;
    const Json body = Json::parse(*snapshot.body, nullptr, false);
    try {
      const Json cluster = body.value("cluster", Json::object());
      const Json jetstream = body.value("jetstream", Json::object());
      Member member{body.value("server_name", ""), jetstream.contains("config"),
                    cluster.value("tls_required", false), cluster.value("urls", Json::array()).size(),
                    cluster.value("pool_size", std::int64_t{0})};
      const std::string name = cluster.value("name", "");
      if (!name.empty() && !member.name.empty()) found[name].insert_or_assign(member.name, member);
    } catch (const Json::exception&) {
      continue;
    }
  }
  std::map<std::string, Cluster> out;
  for (auto& [name, members] : found)
    for (auto& [server, member] : members) out[name].push_back(member);
  return out;
}

template <class Which>
std::vector<std::string> names_where(const Cluster& cluster, Which&& which) {
  std::vector<std::string> out;
  for (const Member& member : cluster)
    if (which(member)) out.push_back(member.name);
  return out;
}

void advise(std::vector<Advice>& out, const std::string& name, const Cluster& cluster) {
  const std::size_t n = cluster.size();
  const auto jetstream = names_where(cluster, [](const Member& m) { return m.jetstream; });
  if (!jetstream.empty() && jetstream.size() % 2 == 0) {
    out.push_back(
        {name, fmt::format("JetStream runs on {} servers. An even number survives no more failures than one "
                           "fewer would, and can be split into halves neither of which has a majority.",
                           jetstream.size())});
  }
  if (n > largest_cluster) {
    out.push_back(
        {name, fmt::format("It has {} servers, and each holds a route to every other. Beyond {} several "
                           "clusters joined by gateways are easier on all.",
                           n, largest_cluster)});
  }
  if (const auto one = names_where(cluster, [](const Member& m) { return m.seeds == 1; });
      n > 2 && !one.empty()) {
    out.push_back(
        {name,
         fmt::format("One route URL only is configured on {}. A server that starts while the one behind "
                     "it is away finds nobody.",
                     listed(one, most_names))});
  }
  if (const auto open = names_where(cluster, [](const Member& m) { return !m.tls; });
      n > 1 && !open.empty()) {
    out.push_back({name, fmt::format("Routes of {} are not under TLS.",
                                     open.size() == n ? "all servers" : listed(open, most_names))});
  }
  std::set<std::int64_t> pools;
  for (const Member& member : cluster) pools.insert(member.pool);
  if (pools.size() > 1) {
    out.push_back(
        {name,
         "Servers have different route pool sizes. The smaller one holds for each pair, and versions "
         "before 2.10 know none."});
  }
}

}  // namespace

std::vector<Advice> configuration_advice(const Recording& recording) {
  std::vector<Advice> out;
  for (const auto& [name, cluster] : clusters_of(recording)) advise(out, name, cluster);
  return out;
}

}  // namespace natsrec
