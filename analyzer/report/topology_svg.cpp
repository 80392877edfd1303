// The picture of a deployment at one moment.
#include "analyzer/report/topology_svg.hpp"

#include "analyzer/report/lanes.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace natsrec {
namespace {

constexpr std::size_t widest_name = 14;
constexpr double magnified = 1.25;  // CSS pixels of a unit, where there is room
constexpr double from_node = 17;    // a name stands this far outside of its server

/// A length or place in the picture; one decimal is a tenth of a pixel.
std::string px(double value) { return fmt::format("{:.1f}", value == 0 ? 0.0 : value); }

void rings(Markup& out, const Topology& topology) {
  for (const Ring& ring : topology.rings) {
    const double r = ring.radius;
    out << "<circle class=\"ring" << std::string_view(ring.servers == 0 ? " unseen" : "") << "\" cx=\""
        << px(ring.x) << "\" cy=\"" << px(ring.y) << "\" r=\"" << px(r + 16) << "\"/>";
    const bool room = r > 40 || ring.servers == 0;  // inside a ring, else above it
    out << "<text class=\"ring-name\" x=\"" << px(ring.x) << "\" y=\""
        << px(room && ring.servers == 0 ? ring.y + 5 : ring.y - r - 36) << "\">"
        << attribute(shorten(plain(ring.cluster.empty() ? "no cluster" : ring.cluster), widest_name))
        << "</text>";
  }
}

/// A line with a vertex in the middle, where its mark goes.
std::string line(const Edge& e) {
  return fmt::format("M{} {}L{} {}L{} {}", px(e.x1), px(e.y1), px((e.x1 + e.x2) / 2), px((e.y1 + e.y2) / 2),
                     px(e.x2), px(e.y2));
}

/// All routes that are up as one element; every other line is one of its own, since marks sit on its middle
/// or end.
void links(Markup& out, const Topology& topology, const Analysis& analysis, Time time) {
  std::string up;
  Markup others;
  for (const Edge& edge : topology.edges) {
    const Lane& lane = analysis.lanes[edge.lane];
    const LaneState state = state_at(lane, time);
    if (state == LaneState::up && !edge.gateway) {
      up += line(edge);
      continue;
    }
    others << "<path class=\"link" << std::string_view(edge.gateway ? " gateway" : "") << " t-" << name(state)
           << "\" d=\"" << line(edge) << "\"><title>" << attribute(title(lane) + ": " + spoken(state))
           << "</title></path>";
  }
  if (!up.empty()) out << "<path class=\"link t-up\" d=\"" << up << "\"/>";
  out << others;
}

/// The groups of a split ring: their servers' places joined by one thick line, and the group's letter.
void parts(Markup& out, const Topology& topology, const Analysis& analysis, Time time) {
  std::size_t i = 0;
  for (const auto& part : parts_at(topology, analysis, time)) {
    std::string path;
    for (const std::size_t node : part)
      path += fmt::format("{}{} {}", path.empty() ? "M" : "L", px(topology.nodes[node].x),
                          px(topology.nodes[node].y));
    out << "<path class=\"part part-" << i++ % 4 << "\" d=\"" << path << "Z\"/>";
  }
}

void label(Markup& out, const Topology& topology, const Node& node, const Lane& lane) {
  const Ring& ring = topology.rings[node.ring];
  const double dx = ring.radius == 0 ? 0 : (node.x - ring.x) / ring.radius;
  const double dy = ring.radius == 0 ? -1 : (node.y - ring.y) / ring.radius;
  const char* const anchor = dx > 0.3 ? "start" : dx < -0.3 ? "end" : "middle";
  out << "<text class=\"node-name " << std::string_view(anchor) << "\" x=\"" << px(node.x + dx * from_node)
      << "\" y=\"" << px(node.y + dy * (from_node + 3) + 4) << "\">"
      << attribute(shorten(plain(node.name), widest_name));
  if (columns(plain(node.name)) > widest_name) out << "<title>" << attribute(title(lane)) << "</title>";
  out << "</text>";
}

void open(Markup& out, const Topology& topology, std::string_view css, std::string_view said) {
  out << "<svg class=\"" << css << "\" role=\"img\" viewBox=\"0 0 " << px(topology.width) << " "
      << px(topology.height) << "\" width=\"" << px(topology.width * magnified) << "\" aria-label=\""
      << attribute(said) << "\">";
}

}  // namespace

Markup topology_picture(const Topology& topology, const Analysis& analysis, Time time) {
  Markup out;
  open(out, topology, "topology", told_at(topology, analysis, time));
  rings(out, topology);
  parts(out, topology, analysis, time);
  links(out, topology, analysis, time);
  for (const Node& node : topology.nodes) {
    const Lane& lane = analysis.lanes[node.lane];
    const LaneState state = state_at(lane, time);
    out << "<use class=\"node t-" << name(state) << "\" href=\"#n-" << name(state) << "\" x=\"" << px(node.x)
        << "\" y=\"" << px(node.y) << "\"/>";
    label(out, topology, node, lane);
  }
  return out << "</svg>";
}

Markup topology_stage(const Topology& topology, const Analysis& analysis, Time time) {
  Markup out;
  open(out, topology, "topology stage", told_at(topology, analysis, time));
  rings(out, topology);
  out << "<g class=\"parts\">";
  parts(out, topology, analysis, time);
  out << "</g>";
  for (const Edge& edge : topology.edges) {
    const Lane& lane = analysis.lanes[edge.lane];
    out << "<path data-lane=\"" << edge.lane << "\" class=\"link"
        << std::string_view(edge.gateway ? " gateway" : "") << " t-" << name(state_at(lane, time))
        << "\" d=\"" << line(edge) << "\"><title>" << attribute(title(lane)) << "</title></path>";
  }
  for (const Node& node : topology.nodes) {
    const Lane& lane = analysis.lanes[node.lane];
    const LaneState state = state_at(lane, time);
    out << "<use data-lane=\"" << node.lane << "\" class=\"node t-" << name(state) << "\" href=\"#n-"
        << name(state) << "\" x=\"" << px(node.x) << "\" y=\"" << px(node.y) << "\"/>";
    label(out, topology, node, lane);
  }
  return out << "</svg>";
}

Markup topology_signs() {
  Markup out;
  return out
         << "<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>"
            "<g id=\"n-up\"><circle class=\"body\" r=\"8\"/></g>"
            "<g id=\"n-degraded\"><circle class=\"paper\" r=\"8\"/><path class=\"body\" d=\"M0-8a8 8 0 0 0 0 "
            "16z\"/>"
            "<circle class=\"rim\" r=\"8\"/></g>"
            "<g id=\"n-one_sided\"><circle class=\"paper\" r=\"8\"/><path class=\"body\" d=\"M0-8a8 8 0 0 0 "
            "0 16z\"/>"
            "<circle class=\"rim\" r=\"8\"/></g>"
            "<g id=\"n-not_ready\"><circle class=\"paper\" r=\"8\"/><circle class=\"rim\" r=\"8\"/>"
            "<path class=\"body\" d=\"M-4-4h8L-4 4h8z\"/></g>"
            "<g id=\"n-down\"><rect class=\"body\" x=\"-9\" y=\"-9\" width=\"18\" height=\"18\"/>"
            "<path class=\"cross\" d=\"M-5-5L5 5M5-5L-5 5\"/></g>"
            "<g id=\"n-unknown\"><circle class=\"paper\" r=\"8\"/><circle class=\"rim dashed\" r=\"8\"/>"
            "<text class=\"query\" y=\"4\">?</text></g>"
            "<marker id=\"m-down\" class=\"m-down\" viewBox=\"-8 -8 16 16\" markerWidth=\"16\" "
            "markerHeight=\"16\""
            " markerUnits=\"userSpaceOnUse\"><path d=\"M-5-5L5 5M5-5L-5 5\"/></marker>"
            "<marker id=\"m-one_sided\" class=\"m-one_sided\" viewBox=\"-8 -8 16 16\" markerWidth=\"16\" "
            "markerHeight=\"16\""
            " markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0-6V6\"/></marker>"
            "<marker id=\"m-degraded\" class=\"m-degraded\" viewBox=\"-8 -8 16 16\" markerWidth=\"16\" "
            "markerHeight=\"16\""
            " markerUnits=\"userSpaceOnUse\"><circle r=\"4\"/></marker>"
            "<marker id=\"m-arrow\" class=\"m-arrow\" viewBox=\"-6 -4 7 8\" markerWidth=\"7\" "
            "markerHeight=\"8\""
            " markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M-6-4L1 0L-6 4z\"/></marker>"
            "</defs></svg>";
}

}  // namespace natsrec
