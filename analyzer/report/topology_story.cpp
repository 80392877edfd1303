// The moments of a deployment that are worth a picture.
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/legend.hpp"
#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/topology_svg.hpp"
#include "analyzer/report/wording.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// How much is known not to be as it should: what is down counts most.
int trouble(const Topology& topology, const Analysis& analysis, Time time) {
  int sum = 0;
  const auto add = [&](std::size_t lane) {
    const LaneState state = state_at(analysis.lanes[lane], time);
    sum += state == LaneState::down ? 10 : state == LaneState::up || state == LaneState::unknown ? 0 : 4;
  };
  for (const Node& node : topology.nodes) add(node.lane);
  for (const Edge& edge : topology.edges) add(edge.lane);
  return sum;
}

bool alike(const Topology& topology, const Analysis& analysis, Time a, Time b) {
  const auto same = [&](const auto& drawn) {
    return state_at(analysis.lanes[drawn.lane], a) == state_at(analysis.lanes[drawn.lane], b);
  };
  return std::all_of(topology.nodes.begin(), topology.nodes.end(), same) &&
         std::all_of(topology.edges.begin(), topology.edges.end(), same);
}

void panel(Markup& out, const Topology& topology, const Analysis& analysis, std::string_view when,
           Time time) {
  out << "<figure>" << topology_picture(topology, analysis, time) << "<figcaption><strong>" << when
      << "</strong> " << time_markup(time) << "<br>" << bdi(told_at(topology, analysis, time))
      << "</figcaption></figure>";
}

}  // namespace

Time worst_moment(const Incident& incident, const Topology& topology, const Analysis& analysis) {
  Time worst = incident.began.by;
  int most = trouble(topology, analysis, worst);
  for (const Time time : changes_of(topology, analysis)) {
    if (time < incident.began.earliest() || time > end_of(incident, analysis)) continue;
    const int now = trouble(topology, analysis, time);
    if (now <= most) continue;
    most = now;
    worst = time;
  }
  return worst;
}

Markup topology_triple(const Incident& incident, const Analysis& analysis) {
  Markup out;
  const Topology topology = topology_of(analysis, {incident.clusters.begin(), incident.clusters.end()});
  const Time before = incident.began.earliest();
  const Time during = worst_moment(incident, topology, analysis);
  const Time after = incident.ended ? incident.ended->by : end_of(incident, analysis);
  if (topology.nodes.empty() ||
      (alike(topology, analysis, before, during) && alike(topology, analysis, during, after)))
    return out;
  out << "<div class=\"triple\">";
  if (incident.began.exact || incident.began.after) panel(out, topology, analysis, "Before", before);
  panel(out, topology, analysis, "At the worst", during);
  if (incident.ended) panel(out, topology, analysis, "After", after);
  return out << "</div>";
}

Markup topology_section(const Analysis& analysis, const std::vector<const Incident*>& incidents) {
  Markup out;
  const Topology topology = topology_of(analysis);
  if (topology.nodes.empty() || !analysis.as_of) return out;
  Time shown = *analysis.as_of;
  const auto first =
      std::min_element(incidents.begin(), incidents.end(), [](auto* a, auto* b) { return worse(*a, *b); });
  if (first != incidents.end()) shown = worst_moment(**first, topology, analysis);
  return out
         << "<section id=\"topology\" aria-labelledby=\"h-topology\"><h2 id=\"h-topology\">Who could reach "
            "whom</h2>"
            "<div class=\"replay\" hidden></div><figure><div class=\"scroll\" role=\"region\" tabindex=\"0\""
            " aria-label=\"Clusters, servers and their links\">"
         << topology_stage(topology, analysis, shown)
         << "</div><figcaption class=\"now\" aria-live=\"polite\">" << time_markup(shown) << ": "
         << bdi(told_at(topology, analysis, shown)) << "</figcaption></figure>" << topology_legend()
         << "</section>";
}

}  // namespace natsrec
