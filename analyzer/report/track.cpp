#include "analyzer/report/track.hpp"

#include "analyzer/report/lanes.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace natsrec {
namespace {

constexpr std::size_t most_spoken = 8;

struct Shape {
  int y, height;
};

/// Height tells the state as much as colour and pattern do.
Shape shape_of(LaneState state) {
  switch (state) {
    case LaneState::up:
      return {9, 4};
    case LaneState::degraded:
      return {6, 10};
    case LaneState::one_sided:
      return {3, 8};
    case LaneState::not_ready:
      return {3, 16};
    case LaneState::down:
      return {1, 20};
    case LaneState::unknown:
      return {7, 8};
  }
  return {9, 4};
}

std::string said(const LaneSpan& span) {
  return fmt::format("{} {} to {} UTC ({})", spoken(span.state), clock(span.from), clock(span.to),
                     format_duration(span.to - span.from));
}

/// The span, without what lies in gaps if nothing is known there: gaps have a hatching of their own.
std::vector<LaneSpan> observed(const LaneSpan& span, const std::vector<Gap>& gaps) {
  if (span.state != LaneState::unknown) return {span};
  std::vector<LaneSpan> out;
  LaneSpan rest = span;
  auto gap = std::partition_point(gaps.begin(), gaps.end(), [&](const Gap& g) { return g.by <= span.from; });
  for (; gap != gaps.end() && gap->after < span.to; ++gap) {
    if (gap->after > rest.from) out.push_back({rest.from, gap->after, rest.state});
    rest.from = std::min(gap->by, rest.to);
  }
  if (rest.from < rest.to) out.push_back(rest);
  return out;
}

/// For those who do not see it: every span that is not up.
std::string spoken(const Lane& lane, const TimeScale& scale) {
  std::string out = title(lane) + ":";
  std::size_t told = 0;
  for (const LaneSpan& span : lane.spans) {
    if (span.state == LaneState::up || !scale.overlaps(span.from, span.to)) continue;
    if (++told <= most_spoken) out += (told > 1 ? "; " : " ") + said(span);
  }
  if (told == 0) return out + " up throughout";
  return told > most_spoken ? out + fmt::format(" and {} more", told - most_spoken) : out + "; else up";
}

/// From `after` to `by`, where nothing tells more.
void doubt(Markup& out, const std::optional<Moment>& m, bool end, const TimeScale& scale) {
  if (!m || m->exact || !m->after || *m->after >= m->by || !scale.overlaps(*m->after, m->by)) return;
  if (scale.percent(m->by) - scale.percent(*m->after) < TimeScale::column_width) return;  // cannot be seen
  const std::string text =
      fmt::format("{} between {} and {} UTC", end ? "ended" : "began", clock(*m->after), clock(m->by));
  out << "<rect class=\"doubt" << std::string_view(end ? " end" : "") << "\""
      << placed(scale, *m->after, m->by) << " y=\"1\" height=\"20\"><title>" << attribute(text)
      << "</title></rect>";
}

void outline_of(Markup& out, Kind kind) {
  switch (kind) {
    case Kind::server_restarted:
      out << "<path d=\"M-5 0h10l-5 8z\"/>";
      return;
    case Kind::route_reconnected:
    case Kind::gateway_reconnected:
    case Kind::gateway_failover:
      out << "<circle cy=\"4\" r=\"4\"/>";
      return;
    default:
      out << "<path d=\"M0 0l4.500 4.500-4.500 4.500-4.500-4.500z\"/>";
  }
}

void mark(Markup& out, const LaneMark& at, const Finding* finding, const TimeScale& scale) {
  const Time best = at.at.best();
  if (!scale.overlaps(best, best)) return;
  const Kind kind = finding ? finding->kind : Kind::config_reloaded;
  out << "<svg" << placed(scale, best) << " overflow=\"visible\"><g class=\"mark "
      << name(finding ? finding->severity : Severity::info) << "\"><path class=\"stem\" d=\"M0 0v22\"/>";
  outline_of(out, kind);
  const std::string text = finding ? told({finding}) + " " : "";
  out << "<title>" << attribute(text + "(" + moment(at.at) + ")") << "</title></g></svg>";
}

}  // namespace

Markup bar(double from, double to, LaneState state, std::string_view title) {
  const Shape shape = shape_of(state);
  Markup out;
  out << "<rect class=\"s-" << name(state) << "\" x=\"" << at_percent(from) << "\" width=\""
      << at_percent(std::max(0.0, to - from)) << "\" y=\"" << shape.y << "\" height=\"" << shape.height;
  if (title.empty()) return out << "\"/>";
  return out << "\"><title>" << attribute(title) << "</title></rect>";
}

Markup placed(const TimeScale& scale, Time at) {
  Markup out;
  out << " x=\"" << at_percent(scale.percent(at)) << "\"";
  if (scale.live()) out << " data-t=\"" << (at - scale.from()) / std::chrono::milliseconds{1} << "\"";
  return out;
}

Markup placed(const TimeScale& scale, Time from, Time to) {
  Markup out;
  out << " x=\"" << at_percent(scale.percent(from)) << "\" width=\""
      << at_percent(scale.percent(to) - scale.percent(from)) << "\"";
  if (scale.live()) {
    out << " data-t=\"" << (from - scale.from()) / std::chrono::milliseconds{1} << " "
        << (to - scale.from()) / std::chrono::milliseconds{1} << "\"";
  }
  return out;
}

Markup track(const Lane& lane, const std::vector<const Finding*>& findings, const RecordingInfo& recording,
             const TimeScale& scale, std::optional<std::size_t> index) {
  Markup out;
  out << "<svg class=\"track\" role=\"img\" aria-label=\"" << attribute(spoken(lane, scale)) << "\"";
  if (index) out << " data-lane=\"" << *index << "\"";
  out << ">";
  for (const LaneSpan& drawn : drawable(lane.spans, scale)) {
    for (const LaneSpan& span : observed(drawn, recording.gaps)) {
      out << bar(scale.percent(span.from), scale.percent(span.to), span.state,
                 span.state == LaneState::up ? "" : said(span));
    }
  }
  std::unordered_map<std::string_view, const Finding*> by_id;
  std::set<int> doubted;
  std::set<int> marked;  // one in a column is as much as can be seen
  for (const Finding* finding : findings) {
    by_id.emplace(finding->id, finding);
    if (!doubted.insert(scale.column(finding->began.by)).second) continue;
    doubt(out, finding->began, false, scale);
    doubt(out, finding->ended, true, scale);
  }
  for (const LaneMark& at : lane.marks) {
    if (!marked.insert(scale.column(at.at.best())).second) continue;
    const auto found = by_id.find(at.finding);
    mark(out, at, found == by_id.end() ? nullptr : found->second, scale);
  }
  return out << "</svg>";
}

Markup patterns() {
  Markup out;
  return out
         << "<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>"
            "<pattern id=\"p-degraded\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
            "<rect class=\"ink-degraded soft\" width=\"5\" height=\"5\"/>"
            "<circle class=\"ink-degraded\" cx=\"2.500\" cy=\"2.500\" r=\"1.300\"/></pattern>"
            "<pattern id=\"p-one_sided\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\""
            " patternTransform=\"rotate(45)\"><rect class=\"ink-one_sided soft\" width=\"6\" height=\"6\"/>"
            "<rect class=\"ink-one_sided\" width=\"3\" height=\"6\"/></pattern>"
            "<pattern id=\"p-not_ready\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
            "<rect class=\"ink-not_ready soft\" width=\"6\" height=\"6\"/>"
            "<rect class=\"ink-not_ready\" width=\"3\" height=\"6\"/></pattern>"
            "<pattern id=\"p-unknown\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\""
            " patternTransform=\"rotate(45)\"><rect class=\"ink-unknown\" width=\"1.500\" "
            "height=\"5\"/></pattern>"
            "<pattern id=\"p-gap\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\""
            " patternTransform=\"rotate(-45)\"><rect class=\"ink-gap\" width=\"2\" height=\"8\"/></pattern>"
            "</defs></svg>";
}

}  // namespace natsrec
