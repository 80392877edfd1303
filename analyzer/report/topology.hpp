#pragma once
#include "analyzer/incident/model.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

/// Who is linked to whom, laid out on a plane: every cluster a ring of its servers in byte order of their
/// names, the clusters on a ring of their own. The same deployment gives the same places, whatever its state.
namespace natsrec {

struct Ring {
  std::string cluster;
  double x = 0, y = 0, radius = 0;
  std::size_t servers = 0;  ///< 0: known as a remote only
};
struct Node {
  std::size_t lane = 0;  ///< its index in the analysis
  std::size_t ring = 0;
  std::string name;
  double x = 0, y = 0;
};
/// A route from node to node, or a gateway from a node to the edge of a remote cluster's ring.
struct Edge {
  std::size_t lane = 0;
  bool gateway = false;
  std::size_t from = 0, to = 0;  ///< nodes; of a gateway `to` is a ring
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};
struct Topology {
  double width = 0, height = 0;
  std::vector<Ring> rings;
  std::vector<Node> nodes;  ///< by ring, then name
  std::vector<Edge> edges;
};

/// The whole deployment as the lanes tell it, or these clusters and what they have gateways to.
Topology topology_of(const Analysis& analysis, const std::set<std::string>& clusters = {});

LaneState state_at(const Lane& lane, Time time);

/// Servers that are alive and form groups with every route across down, as nodes; empty where no ring is
/// split.
std::vector<std::vector<std::size_t>> parts_at(const Topology& topology, const Analysis& analysis, Time time);

/// The state in a sentence: "6 routes down; east split: e1, e2 | e3", or "everything up".
std::string told_at(const Topology& topology, const Analysis& analysis, Time time);

/// Moments at which a lane of the picture changed, in order of time, the beginning first.
std::vector<Time> changes_of(const Topology& topology, const Analysis& analysis);

}  // namespace natsrec
