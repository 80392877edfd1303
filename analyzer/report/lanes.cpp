#include "analyzer/report/lanes.hpp"

#include "analyzer/report/wording.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace natsrec {
namespace {

std::pair<LaneKind, std::string> place(const Finding& f) {
  if (!f.remote_cluster.empty()) return {LaneKind::gateway, f.server + " → " + f.remote_cluster};
  if (!f.peer.empty()) return {LaneKind::route, f.server + " – " + f.peer};
  return {LaneKind::server, f.server};
}

constexpr std::size_t lane_state_count = static_cast<std::size_t>(LaneState::unknown) + 1;

int badness(LaneState state) { return state == LaneState::unknown ? 0 : static_cast<int>(state); }

std::string with_cluster(const Lane& lane) {
  return lane.cluster.empty() ? lane.label : lane.cluster + "/" + lane.label;
}

}  // namespace

LaneFindings::LaneFindings(const Analysis& analysis) {
  for (const Finding& finding : analysis.findings) {
    if (finding.server.empty()) continue;  // of a whole cluster, or of the recording
    auto [kind, label] = place(finding);
    findings_[{kind, finding.cluster, std::move(label)}].push_back(&finding);
  }
}

const std::vector<const Finding*>& LaneFindings::of(const Lane& lane) const {
  static const std::vector<const Finding*> none;
  const auto found = findings_.find({lane.kind, lane.cluster, lane.label});
  return found == findings_.end() ? none : found->second;
}

bool is_quiet(const Lane& lane, const LaneFindings& findings) {
  return lane.marks.empty() && findings.of(lane).empty() &&
         std::all_of(lane.spans.begin(), lane.spans.end(), [](const LaneSpan& span) {
           return span.state == LaneState::up || span.state == LaneState::unknown;
         });
}

std::vector<const Lane*> lanes_of(const Incident& incident, const Analysis& analysis,
                                  const LaneFindings& findings) {
  std::set<std::string> subjects(incident.servers.begin(), incident.servers.end());
  for (const GatewayRef& g : incident.gateways) subjects.insert(g.server + " → " + g.remote_cluster);
  for (const auto& [a, b] : incident.links) subjects.insert(a + " – " + b.substr(b.rfind('/') + 1));
  std::vector<const Lane*> out;
  for (const Lane& lane : analysis.lanes) {
    const auto& on_it = findings.of(lane);
    const bool told = std::any_of(on_it.begin(), on_it.end(),
                                  [&](const Finding* finding) { return finding->incident == incident.id; });
    if (told || subjects.contains(with_cluster(lane))) out.push_back(&lane);
  }
  return out;
}

std::vector<LaneSpan> drawable(const std::vector<LaneSpan>& spans, const TimeScale& scale) {
  std::vector<LaneSpan> out;
  for (const LaneSpan& span : spans) {
    if (!scale.overlaps(span.from, span.to)) continue;
    const bool shared = !out.empty() && scale.column(out.back().from) == scale.column(span.to);
    // Too narrow to be seen as unknown; if it is a gap, its own hatching shows it.
    const bool sliver = !out.empty() && span.state == LaneState::unknown &&
                        scale.percent(span.to) - scale.percent(span.from) < TimeScale::column_width;
    if (shared || sliver || (!out.empty() && out.back().state == span.state)) {
      if (badness(span.state) > badness(out.back().state)) out.back().state = span.state;
      out.back().to = span.to;
    } else {
      out.push_back(span);
    }
  }
  return out;
}

std::vector<Gap> drawable(const std::vector<Gap>& gaps, const TimeScale& scale) {
  std::vector<Gap> out;
  for (const Gap& gap : gaps) {
    if (!scale.overlaps(gap.after, gap.by)) continue;
    if (!out.empty() && out.back().reason == gap.reason &&
        scale.column(out.back().after) == scale.column(gap.by)) {
      out.back().by = gap.by;
    } else {
      out.push_back(gap);
    }
  }
  return out;
}

Lane worst_of(const std::vector<const Lane*>& lanes) {
  Lane out{LaneKind::server, lanes.empty() ? "" : lanes.front()->cluster, "", {}, {}};
  std::map<Time, std::array<int, lane_state_count>>
      changes;  // how many lanes more, or fewer, are in each state
  for (const Lane* lane : lanes) {
    for (const LaneSpan& span : lane->spans) {
      ++changes[span.from][static_cast<std::size_t>(span.state)];
      --changes[span.to][static_cast<std::size_t>(span.state)];
    }
  }
  std::array<int, lane_state_count> count{};
  for (auto at = changes.begin(); at != changes.end() && std::next(at) != changes.end(); ++at) {
    LaneState worst = LaneState::unknown;
    for (std::size_t i = 0; i < count.size(); ++i) {
      count[i] += at->second[i];
      const auto state = static_cast<LaneState>(i);
      if (count[i] > 0 && state != LaneState::unknown) worst = state;  // they are declared from best to worst
    }
    const Time to = std::next(at)->first;
    if (!out.spans.empty() && out.spans.back().state == worst && out.spans.back().to == at->first) {
      out.spans.back().to = to;
    } else {
      out.spans.push_back({at->first, to, worst});
    }
  }
  return out;
}

std::string title(const Lane& lane) {
  if (lane.label.empty()) return "cluster " + lane.cluster + ", the worst of all";
  switch (lane.kind) {
    case LaneKind::server:
      return "server " + with_cluster(lane);
    case LaneKind::route:
      return "route " + with_cluster(lane);
    case LaneKind::gateway:
      return "gateway " + with_cluster(lane);
  }
  return with_cluster(lane);
}

std::string spoken(LaneState state) {
  return state == LaneState::one_sided ? "one-sided" : words(name(state));
}

}  // namespace natsrec
