#include "analyzer/incident/select.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace natsrec {
namespace {

bool wanted(const Incident& incident, const AnalysisOptions& options) {
  if (options.since && incident.ended && incident.ended->by < *options.since) return false;
  if (options.cluster && std::find(incident.clusters.begin(), incident.clusters.end(), *options.cluster) ==
                             incident.clusters.end())
    return false;
  if (!options.server) return true;
  const auto named = [&](const std::string& display) {
    return display == *options.server || display.ends_with("/" + *options.server);
  };
  return std::any_of(incident.servers.begin(), incident.servers.end(), named) ||
         std::any_of(incident.links.begin(), incident.links.end(),
                     [&](const auto& link) { return named(link.first) || named(link.second); });
}

std::string display(const Finding& finding) {
  return finding.cluster.empty() ? finding.server : finding.cluster + "/" + finding.server;
}

bool wanted(const Finding& finding, const AnalysisOptions& options, const std::set<std::string>& incidents) {
  if (!finding.incident.empty()) return incidents.contains(finding.incident);
  const auto& last = finding.ended ? finding.ended->by : finding.began.by;
  if (options.since && !finding.open() && last < *options.since) return false;
  if (options.cluster && finding.cluster != *options.cluster && finding.kind != Kind::collection_gap)
    return false;
  return !options.server || finding.server == *options.server || finding.peer == *options.server ||
         display(finding) == *options.server || finding.kind == Kind::collection_gap;
}

/// Events that happened on a lane: to its server, to its route, to its gateway.
void mark_lanes(std::vector<Lane>& lanes, const std::vector<Finding>& findings) {
  std::map<std::tuple<LaneKind, std::string, std::string>, Lane*> by_label;
  for (auto& lane : lanes) by_label[{lane.kind, lane.cluster, lane.label}] = &lane;
  for (const auto& finding : findings) {
    if (!finding.instant()) continue;
    auto kind = LaneKind::server;
    auto label = finding.server;
    if (!finding.peer.empty()) {
      kind = LaneKind::route;
      label += " – " + finding.peer;
    } else if (!finding.remote_cluster.empty()) {
      kind = LaneKind::gateway;
      label += " → " + finding.remote_cluster;
    }
    if (const auto lane = by_label.find({kind, finding.cluster, label}); lane != by_label.end())
      lane->second->marks.push_back({finding.began, finding.id});
  }
}

template <class T>
void put_in_order(std::vector<T>& all) {
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.began.best(), std::string_view(a.id)) <
           std::pair(b.began.best(), std::string_view(b.id));
  });
}

}  // namespace

void put_in_order(Analysis& analysis) {
  put_in_order(analysis.incidents);
  put_in_order(analysis.findings);
}

void select(Analysis& analysis, const AnalysisOptions& options) {
  std::set<std::string> kept, told;
  std::erase_if(analysis.incidents, [&](const auto& incident) { return !wanted(incident, options); });
  for (const auto& incident : analysis.incidents) kept.insert(incident.id);
  std::erase_if(analysis.findings, [&](const auto& finding) { return !wanted(finding, options, kept); });
  // Context may name what is left out.
  for (const auto& finding : analysis.findings) told.insert(finding.id);
  for (auto& incident : analysis.incidents)
    std::erase_if(incident.context, [&](const auto& id) { return !told.contains(id); });
  mark_lanes(analysis.lanes, analysis.findings);
}

}  // namespace natsrec
