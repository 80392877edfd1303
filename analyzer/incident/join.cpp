#include "analyzer/incident/join.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using Keys = std::set<std::string>;

std::string key_of(ServerRef ref) { return "server:" + std::to_string(ref); }

/// What a record touches: its servers, its link's far end, and what a detector said it shares.
Keys keys_of(const Record& record, const std::vector<ClusterOutage>& outages, Time end) {
  Keys keys = record.keys;
  const auto& finding = record.finding;
  for (const auto ref : {record.subject.server, record.subject.peer})
    if (ref != nobody) keys.insert(key_of(ref));
  for (const auto ref : record.touches) keys.insert(key_of(ref));
  if (record.subject.kind == Kind::gateway_down && record.toward != nobody)
    keys.insert(key_of(record.toward));
  if (!record.subject.remote.empty())
    keys.insert("gateway:" + std::min(finding.cluster, record.subject.remote.str()) + "|" +
                std::max(finding.cluster, record.subject.remote.str()));
  // That everybody in a cluster lost another one has its cause there, for all who lost it.
  if (finding.kind == Kind::gateway_down && finding.details.value("scope", std::string()) == "cluster")
    keys.insert("lost:" + record.subject.remote);
  // A dead cluster is one cause for all its members and for everybody who lost it.
  const auto ended = finding.ended ? finding.ended->by : end;
  for (const auto& outage : outages) {
    const bool about_it = (finding.kind == Kind::server_down && finding.cluster == outage.cluster) ||
                          (finding.kind == Kind::gateway_down && record.subject.remote == outage.cluster);
    if (about_it && finding.began.earliest() <= outage.to.value_or(end) && ended >= outage.from)
      keys.insert("cluster:" + outage.cluster);
  }
  return keys;
}

/// Links of one cluster that broke or were renewed in one instant have one cause, though they may share no
/// server: a switch, a host's pause. From three links on it is no coincidence.
void find_common_causes(const std::vector<Record>& records, const std::vector<std::size_t>& order,
                        std::vector<Keys>& keys) {
  constexpr auto instant = 2s;
  constexpr std::size_t enough = 3;
  std::map<std::string, std::vector<std::size_t>> by_cluster;
  for (const auto index : order) {
    const auto& record = records[index];
    if (record.subject.peer != nobody && record.finding.severity > Severity::info &&
        (record.subject.kind == Kind::route_reconnected || record.subject.kind == Kind::route_down))
      by_cluster[record.finding.cluster].push_back(index);
  }
  for (auto& [cluster, links] : by_cluster) {
    std::stable_sort(links.begin(), links.end(), [&](auto a, auto b) {
      return records[a].finding.began.best() < records[b].finding.began.best();
    });
    for (std::size_t from = 0, to = 0; from < links.size(); from = to) {
      const auto first = records[links[from]].finding.began.best();
      std::set<std::pair<ServerRef, ServerRef>> distinct;
      for (to = from; to < links.size() && records[links[to]].finding.began.best() - first <= instant; ++to)
        distinct.emplace(records[links[to]].subject.server, records[links[to]].subject.peer);
      if (distinct.size() < enough) continue;
      for (auto at = from; at < to; ++at)
        keys[links[at]].insert("instant:" + cluster + ":" + std::to_string(links[from]));
    }
  }
}

/// What the configuration is like: told on its own, and no reason to join anything to it.
bool standing(Kind kind) {
  switch (kind) {
    case Kind::certificate_expiring:
    case Kind::configured_peer_missing:
    case Kind::cluster_name_mismatch:
    case Kind::gateway_config_mismatch:
    case Kind::gateway_name_mismatch:
    case Kind::duplicate_name:
    case Kind::clock_skew:
      return true;
    default:
      return false;
  }
}

/// Conditions that become standing ones when they last: what happens near their end is not about them.
bool can_settle(Kind kind) {
  return kind == Kind::route_rtt_high || kind == Kind::gateway_rtt_high || kind == Kind::route_pool_degraded;
}

bool share(const Keys& a, const Keys& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& key) { return b.contains(key); });
}

/// A group while it grows.
struct Growing {
  Group group;
  Keys keys;
  std::vector<Time> moments;  ///< onsets and clearings that attract
  bool open = false;
  bool alone = false;  ///< a standing condition
  Time last;           ///< when it resolved, if not open
  Time first;
};

void add(Growing& growing, std::size_t index, const Record& record, const Keys& keys, Duration settle) {
  const auto& finding = record.finding;
  if (growing.group.records.empty()) growing.first = growing.last = finding.began.by;
  growing.group.records.push_back(index);
  growing.keys.insert(keys.begin(), keys.end());
  growing.moments.push_back(finding.began.by);
  growing.last = std::max(growing.last, finding.began.by);
  growing.alone = standing(finding.kind);
  const bool settled =
      can_settle(finding.kind) && (!finding.ended || finding.ended->by - finding.began.by > settle);
  if (finding.ended && !settled) {
    growing.moments.push_back(finding.ended->by);
    growing.last = std::max(growing.last, finding.ended->by);
  }
  growing.open |= finding.open() && !settled;
}

bool belongs(const Growing& growing, Time onset, Duration join, Duration settle) {
  if (growing.alone) return false;
  const bool near = std::any_of(growing.moments.begin(), growing.moments.end(),
                                [&](Time moment) { return std::chrono::abs(moment - onset) <= join; });
  return near || (!growing.open && onset >= growing.last && onset - growing.last <= settle);
}

void merge(Growing& into, Growing& from) {
  into.group.absorbed.push_back(from.group.records.front());
  into.group.absorbed.insert(into.group.absorbed.end(), from.group.absorbed.begin(),
                             from.group.absorbed.end());
  into.group.records.insert(into.group.records.end(), from.group.records.begin(), from.group.records.end());
  into.keys.merge(from.keys);
  into.moments.insert(into.moments.end(), from.moments.begin(), from.moments.end());
  into.open |= from.open;
  into.last = std::max(into.last, from.last);
}

/// Of interest as context, before an incident or beside it.
bool changes_of_configuration(Kind kind) {
  return kind == Kind::config_reloaded || kind == Kind::version_changed || kind == Kind::server_joined ||
         kind == Kind::collection_gap;
}

}  // namespace

std::vector<Group> join(const std::vector<Record>& records, const std::vector<ClusterOutage>& outages,
                        Duration join, Duration settle, Time end_of_recording) {
  const auto by_onset = [&](std::size_t a, std::size_t b) {
    return std::tie(records[a].finding.began.by, records[a].finding.id) <
           std::tie(records[b].finding.began.by, records[b].finding.id);
  };
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < records.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), by_onset);

  std::vector<Keys> keys(records.size());
  for (const auto index : order) keys[index] = keys_of(records[index], outages, end_of_recording);
  find_common_causes(records, order, keys);

  std::vector<Growing> groups;
  for (const auto index : order) {
    const auto& finding = records[index].finding;
    if (finding.severity == Severity::info) continue;
    Growing* home = nullptr;
    for (auto& group : groups) {
      if (standing(finding.kind)) break;
      if (group.group.records.empty() || !share(group.keys, keys[index]) ||
          !belongs(group, finding.began.by, join, settle))
        continue;
      if (!home) {
        home = &group;
      } else {
        merge(*home, group);
        group.group.records.clear();
      }
    }
    if (!home) home = &groups.emplace_back();
    add(*home, index, records[index], keys[index], settle);
  }
  std::erase_if(groups, [](const auto& group) { return group.group.records.empty(); });

  std::vector<std::optional<std::size_t>> group_of(records.size());
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const auto index : groups[g].group.records) group_of[index] = g;
  for (const auto index : order) {
    const auto& record = records[index];
    if (group_of[index] || changes_of_configuration(record.subject.kind)) continue;
    // A consequence goes where its cause is; what else is info goes along with the incident it touches.
    auto at = record.because;
    for (int depth = 0; at && !group_of[*at] && depth < 4; ++depth) at = records[*at].because;
    if (at && group_of[*at]) {
      group_of[index] = group_of[*at];
    } else {
      for (std::size_t g = 0; g < groups.size() && !group_of[index]; ++g) {
        const auto until = groups[g].open ? end_of_recording : groups[g].last + join;
        const auto ended = record.finding.ended
                               ? record.finding.ended->by
                               : (record.finding.open() ? end_of_recording : record.finding.began.by);
        if (share(groups[g].keys, keys[index]) && ended + join >= groups[g].first &&
            record.finding.began.by <= until)
          group_of[index] = g;
      }
    }
    if (group_of[index]) groups[*group_of[index]].group.explained.push_back(index);
  }

  std::vector<Group> result;
  for (auto& growing : groups) {
    std::sort(growing.group.records.begin(), growing.group.records.end(), by_onset);
    std::sort(growing.group.absorbed.begin(), growing.group.absorbed.end(), by_onset);
    result.push_back(std::move(growing.group));
  }
  return result;
}

}  // namespace natsrec
