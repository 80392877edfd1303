#include "analyzer/incident/join.hpp"

#include <algorithm>
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

bool share(const Keys& a, const Keys& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& key) { return b.contains(key); });
}

/// A group while it grows.
struct Growing {
  Group group;
  Keys keys;
  std::vector<Time> moments;  ///< onsets and clearings
  bool open = false;
  Time last;  ///< when it resolved, if not open
  Time first;
};

void add(Growing& growing, std::size_t index, const Record& record, const Keys& keys) {
  const auto& finding = record.finding;
  if (growing.moments.empty()) growing.first = growing.last = finding.began.by;
  growing.group.records.push_back(index);
  growing.keys.insert(keys.begin(), keys.end());
  growing.moments.push_back(finding.began.by);
  growing.last = std::max(growing.last, finding.began.by);
  if (finding.ended) {
    growing.moments.push_back(finding.ended->by);
    growing.last = std::max(growing.last, finding.ended->by);
  }
  growing.open |= finding.open();
}

bool belongs(const Growing& growing, Time onset, Duration join, Duration settle) {
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

  std::vector<Growing> groups;
  for (const auto index : order) {
    const auto& finding = records[index].finding;
    if (finding.severity == Severity::info) continue;
    Growing* home = nullptr;
    for (auto& group : groups) {
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
    add(*home, index, records[index], keys[index]);
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
