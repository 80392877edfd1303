#include "analyzer/report/page_data.hpp"

#include "analyzer/report/lanes.hpp"
#include "analyzer/report/timeline_rows.hpp"
#include "analyzer/report/topology.hpp"
#include "analyzer/report/wording.hpp"

namespace natsrec {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_spans = 40'000;  // of all lanes; beyond, what can be told apart in a drawing
constexpr std::size_t most_moments = 1'000;

struct Clock {
  Time from;
  Json operator()(Time time) const { return (time - from) / std::chrono::milliseconds{1}; }
};

/// [[since, state], …, [end]]
Json spans(const Lane& lane, const std::vector<LaneSpan>& spans, const Clock& ms) {
  Json out = Json::array();
  for (const LaneSpan& span : spans) out.push_back({ms(span.from), name(span.state)});
  if (!spans.empty()) out.push_back({ms(spans.back().to)});
  return {{"title", title(lane)}, {"spans", std::move(out)}};
}

Json lanes(const Analysis& analysis, const TimeScale& scale, const Clock& ms) {
  std::size_t all = 0;
  for (const Lane& lane : analysis.lanes) all += lane.spans.size();
  Json out = Json::array();
  const auto add = [&](const Lane& lane) {
    out.push_back(spans(lane, all > most_spans ? drawable(lane.spans, scale) : lane.spans, ms));
  };
  for (const Lane& lane : analysis.lanes) add(lane);
  for (const Lane& lane : cluster_lanes(analysis)) add(lane);
  return out;
}

/// [when, what was true then, groups of lanes where a cluster was split]
Json moments(const Analysis& analysis, const Clock& ms) {
  const Topology topology = topology_of(analysis);
  const std::vector<Time> changes = changes_of(topology, analysis);
  const std::size_t step = changes.size() / most_moments + 1;
  Json out = Json::array();
  for (std::size_t i = 0; i < changes.size(); i += step) {
    Json parts = Json::array();
    for (const auto& part : parts_at(topology, analysis, changes[i])) {
      Json servers = Json::array();
      for (const std::size_t node : part) servers.push_back(topology.nodes[node].lane);
      parts.push_back(std::move(servers));
    }
    out.push_back({ms(changes[i]), told_at(topology, analysis, changes[i]), std::move(parts)});
  }
  return out;
}

/// [from, to]
Json gaps(const RecordingInfo& recording, const Clock& ms) {
  Json out = Json::array();
  for (const Gap& gap : recording.gaps) out.push_back({ms(gap.after), ms(gap.by)});
  return out;
}

/// [from, to, title, number]
Json listed_incidents(const std::vector<const Incident*>& incidents, const Analysis& analysis,
                      const Clock& ms) {
  Json out = Json::array();
  for (const Incident* i : incidents)
    out.push_back({ms(i->began.earliest()), ms(end_of(*i, analysis)), i->title, number_of(*i, analysis)});
  return out;
}

}  // namespace

Markup page_data(const Analysis& analysis, const std::vector<const Incident*>& incidents) {
  const TimeScale scale = scale_of(analysis);
  const Clock ms{scale.from()};
  return inert({{"from", format_time(scale.from())},
                {"length", ms(scale.to())},
                {"lanes", lanes(analysis, scale, ms)},
                {"gaps", gaps(analysis.recording, ms)},
                {"moments", moments(analysis, ms)},
                {"incidents", listed_incidents(incidents, analysis, ms)}});
}

}  // namespace natsrec
