// What state the drawn deployment was in at a moment.
#include "analyzer/report/lanes.hpp"
#include "analyzer/report/topology.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace natsrec {
namespace {

constexpr std::size_t most_names = 6;

/// The group a node belongs to, followed up to the one that stands for all of it.
std::size_t leader(std::vector<std::size_t>& group, std::size_t node) {
  while (group[node] != node) node = group[node] = group[group[node]];
  return node;
}

bool alive(LaneState state) { return state != LaneState::down && state != LaneState::unknown; }

std::string noun(LaneKind kind) {
  return kind == LaneKind::server ? "server" : kind == LaneKind::route ? "route" : "gateway";
}

}  // namespace

LaneState state_at(const Lane& lane, Time time) {
  const auto after = std::upper_bound(lane.spans.begin(), lane.spans.end(), time,
                                      [](Time t, const LaneSpan& span) { return t < span.from; });
  if (after == lane.spans.begin()) return LaneState::unknown;
  const LaneSpan& span = *std::prev(after);
  return time <= span.to ? span.state : LaneState::unknown;
}

std::vector<std::vector<std::size_t>> parts_at(const Topology& topology, const Analysis& analysis,
                                               Time time) {
  const auto state = [&](std::size_t lane) { return state_at(analysis.lanes[lane], time); };
  std::vector<std::size_t> group(topology.nodes.size());
  std::iota(group.begin(), group.end(), 0);
  std::map<std::pair<std::size_t, std::size_t>, bool> cut;  // pairs whose route is down
  for (const Edge& edge : topology.edges)
    if (!edge.gateway && state(edge.lane) == LaneState::down)
      cut[{std::min(edge.from, edge.to), std::max(edge.from, edge.to)}] = true;
  // What is not known to be down may well connect: a split is claimed only where every pair across is down.
  for (std::size_t a = 0; a < group.size(); ++a) {
    if (!alive(state(topology.nodes[a].lane))) continue;
    for (std::size_t b = a + 1; b < group.size(); ++b) {
      const bool near = topology.nodes[b].ring == topology.nodes[a].ring && !cut.contains({a, b});
      if (near && alive(state(topology.nodes[b].lane))) group[leader(group, b)] = leader(group, a);
    }
  }
  std::map<std::pair<std::size_t, std::size_t>, std::vector<std::size_t>> parts;  // by ring and group
  std::map<std::size_t, std::set<std::size_t>> of_ring;
  for (std::size_t a = 0; a < group.size(); ++a) {
    if (!alive(state(topology.nodes[a].lane))) continue;
    parts[{topology.nodes[a].ring, leader(group, a)}].push_back(a);
    of_ring[topology.nodes[a].ring].insert(leader(group, a));
  }
  std::vector<std::vector<std::size_t>> out;
  for (auto& [key, nodes] : parts)
    if (of_ring[key.first].size() > 1) out.push_back(std::move(nodes));
  return out;
}

std::string told_at(const Topology& topology, const Analysis& analysis, Time time) {
  std::map<std::pair<LaneKind, LaneState>, std::size_t> counts;
  const auto count = [&](std::size_t lane) {
    ++counts[{analysis.lanes[lane].kind, state_at(analysis.lanes[lane], time)}];
  };
  for (const Node& node : topology.nodes) count(node.lane);
  for (const Edge& edge : topology.edges) count(edge.lane);
  std::string out;
  for (const auto& [what, n] : counts)
    if (what.second != LaneState::up)
      out +=
          fmt::format("{}{} {}", out.empty() ? "" : ", ", counted(n, noun(what.first)), spoken(what.second));
  std::map<std::size_t, std::string> split;
  for (const auto& part : parts_at(topology, analysis, time)) {
    std::vector<std::string> names;
    names.reserve(part.size());
    for (const std::size_t node : part) names.push_back(topology.nodes[node].name);
    std::string& text = split[topology.nodes[part.front()].ring];
    text += (text.empty() ? "" : " | ") + listed(names, most_names);
  }
  for (const auto& [ring, text] : split)
    out += fmt::format("; {} split: {}", topology.rings[ring].cluster, text);
  return out.empty() ? "everything up" : out;
}

std::vector<Time> changes_of(const Topology& topology, const Analysis& analysis) {
  std::set<Time> times;
  const auto add = [&](std::size_t lane) {
    for (const LaneSpan& span : analysis.lanes[lane].spans) times.insert(span.from);
  };
  for (const Node& node : topology.nodes) add(node.lane);
  for (const Edge& edge : topology.edges) add(edge.lane);
  return {times.begin(), times.end()};
}

}  // namespace natsrec
