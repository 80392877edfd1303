#include "analyzer/report/topology.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace natsrec {
namespace {

constexpr double spacing = 46;  // between servers of a ring
constexpr double least_radius = 62;
constexpr double margin = 20;        // around a picture
constexpr double label_height = 34;  // below and above a ring
constexpr double letter_width = 8;
constexpr std::size_t most_letters = 14;

/// Directions on a ring, from the top, clockwise.
double angle(std::size_t i, std::size_t n) {
  const double turn = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
  return turn - std::numbers::pi / 2;
}

double radius_of(std::size_t servers) {
  if (servers < 2) return servers == 0 ? least_radius / 2 : 0;
  return std::max(least_radius, spacing * static_cast<double>(servers) / (2 * std::numbers::pi));
}

const std::string arrow = " → ";

/// Cluster, then its servers' lanes by name.
using Members = std::map<std::string, std::map<std::string, std::size_t>>;

Members members_of(const Analysis& analysis, const std::set<std::string>& clusters) {
  Members out;
  for (std::size_t i = 0; i < analysis.lanes.size(); ++i) {
    const Lane& lane = analysis.lanes[i];
    const bool wanted = clusters.empty() || clusters.contains(lane.cluster);
    if (lane.kind == LaneKind::server && wanted) out[lane.cluster].emplace(lane.label, i);
  }
  return out;
}

/// Where the longest name of a ring's servers reaches to.
double half_width(const Ring& ring, const Members& members) {
  std::size_t letters = 0;
  const auto found = members.find(ring.cluster);
  if (found != members.end())
    for (const auto& [name, lane] : found->second)
      letters = std::max(letters, std::min(name.size(), most_letters));
  return ring.radius + 22 + letter_width * static_cast<double>(std::max<std::size_t>(letters, 3));
}

void place_rings(Topology& out, const Members& members) {
  double width = 0;
  double height = 0;
  for (const Ring& ring : out.rings) {
    width = std::max(width, 2 * half_width(ring, members));
    height = std::max(height, 2 * (ring.radius + label_height));
  }
  const std::size_t n = out.rings.size();
  // Two lie side by side; more stand on a ring that is wide enough for neighbours not to touch.
  const double apart =
      n == 1   ? 0
      : n == 2 ? width / 2 + 12
               : std::hypot(width, height) / (2 * std::sin(std::numbers::pi / static_cast<double>(n)));
  double top = 0, bottom = 0, left = 0, right = 0;
  for (std::size_t i = 0; i < n; ++i) {
    Ring& ring = out.rings[i];
    const double at = n == 2 ? std::numbers::pi * static_cast<double>(i + 1) : angle(i, n);
    ring.x = apart * std::cos(at);
    ring.y = n == 2 ? 0 : apart * std::sin(at);
    left = std::min(left, ring.x);
    right = std::max(right, ring.x);
    top = std::min(top, ring.y);
    bottom = std::max(bottom, ring.y);
  }
  for (Ring& ring : out.rings) {
    ring.x += margin + width / 2 - left;
    ring.y += margin + height / 2 - top;
  }
  out.width = right - left + width + 2 * margin;
  out.height = bottom - top + height + 2 * margin;
}

void place_servers(Topology& out, const Members& members) {
  for (std::size_t r = 0; r < out.rings.size(); ++r) {
    const Ring& ring = out.rings[r];
    const auto found = members.find(ring.cluster);
    if (found == members.end()) continue;
    std::size_t i = 0;
    for (const auto& [name, lane] : found->second) {
      const double at = angle(i++, found->second.size());
      out.nodes.push_back(
          {lane, r, name, ring.x + ring.radius * std::cos(at), ring.y + ring.radius * std::sin(at)});
    }
  }
}

/// Where a line from the node meets the ring of the remote cluster.
void gateway(Topology& out, std::size_t lane, std::size_t from, std::size_t to) {
  const Node& node = out.nodes[from];
  const Ring& ring = out.rings[to];
  const double dx = node.x - ring.x;
  const double dy = node.y - ring.y;
  const double edge = (ring.radius + 16) / std::max(1.0, std::hypot(dx, dy));
  out.edges.push_back({lane, true, from, to, node.x, node.y, ring.x + dx * edge, ring.y + dy * edge});
}

void place_links(Topology& out, const Analysis& analysis) {
  std::map<std::pair<std::string, std::string>, std::size_t> routes;  // by cluster and label
  std::map<std::string, std::size_t> rings;
  for (std::size_t i = 0; i < analysis.lanes.size(); ++i)
    if (analysis.lanes[i].kind == LaneKind::route)
      routes.emplace(std::pair(analysis.lanes[i].cluster, analysis.lanes[i].label), i);
  for (std::size_t r = 0; r < out.rings.size(); ++r) rings.emplace(out.rings[r].cluster, r);
  for (std::size_t a = 0; a < out.nodes.size(); ++a) {
    const Node& from = out.nodes[a];
    const std::string& cluster = out.rings[from.ring].cluster;
    for (std::size_t b = 0; b < out.nodes.size(); ++b) {
      const Node& to = out.nodes[b];
      if (a == b || to.ring != from.ring) continue;
      const auto found = routes.find({cluster, from.name + " – " + to.name});
      if (found != routes.end())
        out.edges.push_back({found->second, false, a, b, from.x, from.y, to.x, to.y});
    }
  }
  for (std::size_t i = 0; i < analysis.lanes.size(); ++i) {
    const Lane& lane = analysis.lanes[i];
    if (lane.kind != LaneKind::gateway) continue;
    for (std::size_t a = 0; a < out.nodes.size(); ++a) {
      const Node& from = out.nodes[a];
      if (out.rings[from.ring].cluster != lane.cluster || !lane.label.starts_with(from.name + arrow))
        continue;
      const auto to = rings.find(lane.label.substr(from.name.size() + arrow.size()));
      if (to != rings.end()) gateway(out, i, a, to->second);
    }
  }
}

}  // namespace

Topology topology_of(const Analysis& analysis, const std::set<std::string>& clusters) {
  const Members members = members_of(analysis, clusters);
  std::set<std::string> names;
  for (const auto& [cluster, servers] : members) names.insert(cluster);
  for (const Lane& lane : analysis.lanes) {
    const auto found = members.find(lane.cluster);
    if (lane.kind != LaneKind::gateway || found == members.end()) continue;
    for (const auto& [server, index] : found->second)
      if (lane.label.starts_with(server + arrow))
        names.insert(lane.label.substr(server.size() + arrow.size()));
  }
  Topology out;
  for (const std::string& name : names) {
    const auto found = members.find(name);
    const std::size_t servers = found == members.end() ? 0 : found->second.size();
    out.rings.push_back({name, 0, 0, radius_of(servers), servers});
  }
  if (out.rings.empty()) return out;
  place_rings(out, members);
  place_servers(out, members);
  place_links(out, analysis);
  return out;
}

}  // namespace natsrec
