#include "analyzer/report/timeline_rows.hpp"

#include "analyzer/report/track.hpp"
#include "analyzer/report/wording.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace natsrec {
namespace {

constexpr std::size_t most_lanes = 400;  // of one fold; a page is for reading

using Lanes = std::vector<const Lane*>;

struct Rows {
  const Analysis& analysis;
  const LaneFindings& findings;
  const TimeScale& scale;

  void add(Markup& out, const Lane& lane) const {
    std::optional<std::size_t> index;
    if (scale.live()) index = static_cast<std::size_t>(&lane - analysis.lanes.data());
    out << "<div class=\"row lane\"><div class=\"who\" title=\"" << attribute(title(lane)) << "\">"
        << bdi(lane.label) << "</div>" << track(lane, findings.of(lane), analysis.recording, scale, index)
        << "</div>";
  }

  void add(Markup& out, const Lanes& lanes) const {
    const std::size_t shown = std::min(lanes.size(), most_lanes);
    for (std::size_t i = 0; i < shown; ++i) add(out, *lanes[i]);
    if (shown < lanes.size())
      out << "<p class=\"more\">and " << lanes.size() - shown << " more, not drawn</p>";
  }
};

std::string_view noun(LaneKind kind) {
  return kind == LaneKind::server ? "server" : kind == LaneKind::route ? "route" : "gateway";
}

std::string counts(const Lanes& lanes) {
  std::map<LaneKind, std::size_t> by_kind;
  for (const Lane* lane : lanes) ++by_kind[lane->kind];
  std::vector<std::string> out;
  out.reserve(by_kind.size());
  for (const auto& [kind, n] : by_kind) out.push_back(counted(n, noun(kind)));
  return listed(out, out.size());
}

/// Lanes of one kind under a heading of their own, if there are other kinds.
void kinds(Markup& out, const Lanes& loud, const Lanes& all, const Rows& rows) {
  for (auto from = loud.begin(); from != loud.end();) {
    const LaneKind kind = (*from)->kind;
    const auto to = std::find_if(from, loud.end(), [&](const Lane* lane) { return lane->kind != kind; });
    const auto of_kind = static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Lane* lane) { return lane->kind == kind; }));
    const auto shown = static_cast<std::size_t>(to - from);
    out << "<details open class=\"kind\"><summary>";
    if (shown < of_kind) out << shown << " of ";
    out << counted(of_kind, noun(kind)) << "</summary>";
    rows.add(out, Lanes(from, to));
    out << "</details>";
    from = to;
  }
}

std::size_t cluster_index(const Analysis& analysis, const std::string& cluster) {
  std::set<std::string_view> before;
  for (const Lane& lane : analysis.lanes)
    if (lane.cluster < cluster) before.insert(lane.cluster);
  return analysis.lanes.size() + before.size();
}

void heading(Markup& out, const Lanes& lanes, const Rows& rows, const std::string& name) {
  static const std::vector<const Finding*> none;
  const Lane worst = worst_of(lanes);
  out << "<summary class=\"row\"><span class=\"who\"><span class=\"cluster-name\">" << bdi(name) << "</span> "
      << counts(lanes) << "</span>"
      << track(worst, none, rows.analysis.recording, rows.scale, cluster_index(rows.analysis, worst.cluster))
      << "</summary>";
}

}  // namespace

std::vector<Lane> cluster_lanes(const Analysis& analysis) {
  std::map<std::string, Lanes> by_cluster;
  for (const Lane& lane : analysis.lanes) by_cluster[lane.cluster].push_back(&lane);
  std::vector<Lane> out;
  out.reserve(by_cluster.size());
  for (const auto& [cluster, lanes] : by_cluster) out.push_back(worst_of(lanes));
  return out;
}

Markup cluster_rows(const Lanes& lanes, const Analysis& analysis, const LaneFindings& findings,
                    const ChartView& view) {
  const Rows rows{analysis, findings, view.scale};
  Lanes loud, quiet;
  for (const Lane* lane : lanes) {
    (view.fold_quiet && is_quiet(*lane, findings) ? quiet : loud).push_back(lane);
  }
  const std::string name = lanes.front()->cluster.empty() ? "no cluster" : lanes.front()->cluster;
  Markup out;
  if (view.scale.live()) {
    out << "<details open class=\"cluster\">";
    heading(out, lanes, rows, name);
    kinds(out, loud, lanes, rows);
  } else {
    out << "<div class=\"cluster\"><p class=\"cluster-name\">" << bdi(name) << "</p>";
    rows.add(out, loud);
  }
  if (!quiet.empty()) {
    out << "<details class=\"quiet-lanes\"><summary>" << counted(quiet.size(), "quiet lane")
        << ": never seen other than up</summary>";
    rows.add(out, quiet);
    out << "</details>";
  }
  if (view.scale.live()) return out << "</details>";
  return out << "</div>";
}

}  // namespace natsrec
