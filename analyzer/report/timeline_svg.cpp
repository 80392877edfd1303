#include "analyzer/report/timeline_svg.hpp"

#include "analyzer/report/track.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

constexpr std::size_t most_lanes = 400;  // of one fold; a page is for reading
constexpr double flag_width = 3;         // per cent that a numbered flag keeps free
constexpr int flag_row = 22;             // px

void row_head(Markup& out, std::string_view label) {
  out << "<div class=\"row\"><div class=\"who\">" << label << "</div>";
}

/// Lines of the axis and bands of the incidents, behind everything.
void backdrop(Markup& out, const Analysis& analysis, const ChartView& view) {
  out << "<svg class=\"backdrop\" aria-hidden=\"true\" focusable=\"false\">";
  for (const Incident* incident : view.incidents) {
    const double from = view.scale.percent(incident->began.earliest());
    const double to = view.scale.percent(end_of(*incident, analysis));
    out << "<rect class=\"band " << name(incident->severity) << "\" x=\"" << at_percent(from) << "\" width=\""
        << at_percent(to - from) << "\" height=\"100%\"/>";
  }
  for (const Tick& tick : ticks(view.scale)) {
    const Markup x = at_percent(view.scale.percent(tick.time));
    out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y2=\"100%\"/>";
  }
  out << "</svg>";
}

void axis(Markup& out, const TimeScale& scale) {
  const std::string from = day(scale.from());
  row_head(out, "UTC, " + (from == day(scale.to()) ? from : from + " –"));
  out << "<svg class=\"axis\" role=\"img\" aria-label=\""
      << attribute("Time axis, " + span(scale.from(), scale.to())) << "\">";
  for (const Tick& tick : ticks(scale)) {
    const double x = scale.percent(tick.time);
    const char* const side = x < 4 ? "start" : x > 96 ? "end" : "middle";
    out << "<text class=\"" << std::string_view(tick.minor ? "minor " : "") << std::string_view(side)
        << "\" x=\"" << at_percent(x) << "\" y=\"15\">" << tick.label << "</text>";
  }
  out << "</svg></div>";
}

/// Numbered flags where incidents begin, in as many rows as they need not to cover each other.
void incidents(Markup& out, const Analysis& analysis, const ChartView& view) {
  if (view.incidents.empty()) return;
  std::vector<double> taken;  // per row, up to where
  Markup flags;
  for (const Incident* incident : view.incidents) {
    const double from = view.scale.percent(incident->began.earliest());
    const double to = view.scale.percent(end_of(*incident, analysis));
    const auto free = std::find_if(taken.begin(), taken.end(), [&](double until) { return until <= from; });
    const auto row = static_cast<int>(free - taken.begin());
    if (free == taken.end()) taken.push_back(0);
    taken[static_cast<std::size_t>(row)] = std::max(to, from + flag_width);
    const int y = row * flag_row;
    const std::size_t number = number_of(*incident, analysis);
    const std::string what =
        fmt::format("Incident {}, {}: {}", number, name(incident->severity), verdict(*incident));
    // A flag at the right edge stands to the left of its moment, so that it stays inside.
    const int offset = from > 96 ? -22 : 0;
    flags << "<a href=\"#i-" << attribute(incident->id) << "\" aria-label=\"" << attribute(what)
          << "\"><g class=\"flag " << name(incident->severity) << "\"><title>" << attribute(what)
          << "</title><rect class=\"length\" x=\"" << at_percent(from) << "\" width=\""
          << at_percent(to - from) << "\" y=\"" << y << "\" height=\"18\"/><svg x=\"" << at_percent(from)
          << "\" y=\"" << y << "\" overflow=\"visible\"><rect class=\"plate\" x=\"" << offset
          << "\" width=\"22\" height=\"18\"/><text x=\"" << offset + 11 << "\" y=\"13\">" << number
          << "</text></svg></g></a>";
  }
  row_head(out, "Incidents");
  out << "<svg class=\"flags\" height=\"" << static_cast<int>(taken.size()) * flag_row << "\">" << flags
      << "</svg></div>";
}

void notes(Markup& out, const std::vector<Annotation>& annotations, const TimeScale& scale) {
  Markup pins;
  for (const Annotation& note : annotations) {
    if (!scale.overlaps(note.time, note.time)) continue;
    pins << "<svg x=\"" << at_percent(scale.percent(note.time))
         << "\" overflow=\"visible\"><g class=\"mark note\"><path class=\"stem\" d=\"M0 0v22\"/>"
            "<path d=\"M0 2h9l-3 4 3 4H0z\"/><title>"
         << attribute(stamp(note.time) + ": " + note.text) << "</title></g></svg>";
  }
  if (pins.empty()) return;
  row_head(out, "Notes");
  out << "<svg class=\"track\" role=\"img\" aria-label=\"Notes; listed below the chart\">" << pins
      << "</svg></div>";
}

/// Across all lanes, on top: nothing is known there, whatever the lanes would say.
void gaps(Markup& out, const RecordingInfo& recording, const TimeScale& scale) {
  out << "<svg class=\"gaps\" role=\"img\" aria-label=\""
      << attribute(counted(recording.gaps.size(), "gap") + " without observation") << "\">";
  for (const Gap& gap : drawable(recording.gaps, scale)) {
    const double from = scale.percent(gap.after);
    out << "<rect class=\"gap\" x=\"" << at_percent(from) << "\" width=\""
        << at_percent(scale.percent(gap.by) - from) << "\" height=\"100%\"><title>"
        << attribute(fmt::format("not observed {} to {} UTC: {}", clock(gap.after), clock(gap.by),
                                 words(gap.reason)))
        << "</title></rect>";
  }
  out << "</svg>";
}

void lane_row(Markup& out, const Lane& lane, const Analysis& analysis, const LaneFindings& findings,
              const TimeScale& scale) {
  out << "<div class=\"row lane\"><div class=\"who\" title=\"" << attribute(title(lane)) << "\">"
      << bdi(lane.label) << "</div>" << track(lane, findings.of(lane), analysis.recording, scale) << "</div>";
}

void lane_rows(Markup& out, const std::vector<const Lane*>& lanes, const Analysis& analysis,
               const LaneFindings& findings, const TimeScale& scale) {
  const std::size_t shown = std::min(lanes.size(), most_lanes);
  for (std::size_t i = 0; i < shown; ++i) lane_row(out, *lanes[i], analysis, findings, scale);
  if (shown < lanes.size()) out << "<p class=\"more\">and " << lanes.size() - shown << " more, not drawn</p>";
}

/// One cluster: what has something to tell, then the rest folded away.
void cluster(Markup& out, const std::vector<const Lane*>& lanes, const Analysis& analysis,
             const LaneFindings& findings, const ChartView& view) {
  std::vector<const Lane*> loud, quiet;
  for (const Lane* lane : lanes) {
    (view.fold_quiet && is_quiet(*lane, findings) ? quiet : loud).push_back(lane);
  }
  const std::string& name = lanes.front()->cluster;
  out << "<div class=\"cluster\"><p class=\"cluster-name\">" << bdi(name.empty() ? "no cluster" : name)
      << "</p>";
  lane_rows(out, loud, analysis, findings, view.scale);
  if (!quiet.empty()) {
    out << "<details><summary>" << counted(quiet.size(), "quiet lane")
        << ": never seen other than up</summary>";
    lane_rows(out, quiet, analysis, findings, view.scale);
    out << "</details>";
  }
  out << "</div>";
}

}  // namespace

std::size_t number_of(const Incident& incident, const Analysis& analysis) {
  return static_cast<std::size_t>(&incident - analysis.incidents.data()) + 1;
}

Time end_of(const Incident& incident, const Analysis& analysis) {
  const Time known = incident.ended ? incident.ended->best() : analysis.as_of.value_or(incident.began.by);
  return std::max(known, incident.began.best());
}

TimeScale scale_of(const Analysis& analysis) {
  const Time any = analysis.as_of.value_or(Time{});
  Time from = analysis.recording.first_epoch.value_or(any);
  Time to = analysis.recording.last_epoch.value_or(any);
  for (const Lane& lane : analysis.lanes) {
    if (lane.spans.empty()) continue;
    from = std::min(from, lane.spans.front().from);
    to = std::max(to, lane.spans.back().to);
  }
  return {from, to};
}

TimeScale scale_of(const Incident& incident, const Analysis& analysis) {
  const Time from = incident.began.earliest();
  const Time to = end_of(incident, analysis);
  const Duration interval = analysis.recording.interval.value_or(std::chrono::seconds{15});
  const Duration margin = std::max<Duration>((to - from) / 5, 3 * interval);
  const TimeScale all = scale_of(analysis);
  return {std::max(all.from(), from - margin), std::min(all.to(), to + margin)};
}

Markup chart(const Analysis& analysis, const LaneFindings& findings,
             const std::vector<Annotation>& annotations, const ChartView& view) {
  Markup out;
  out << "<div class=\"chart\">";
  backdrop(out, analysis, view);
  axis(out, view.scale);
  incidents(out, analysis, view);
  notes(out, annotations, view.scale);
  for (auto from = view.lanes.begin(); from != view.lanes.end();) {
    const auto to = std::find_if(from, view.lanes.end(),
                                 [&](const Lane* lane) { return lane->cluster != (*from)->cluster; });
    cluster(out, {from, to}, analysis, findings, view);
    from = to;
  }
  if (!analysis.recording.gaps.empty()) gaps(out, analysis.recording, view.scale);
  return out << "</div>";
}

Markup legend() {
  Markup out;
  out << "<ul class=\"legend\" aria-label=\"Legend\">";
  for (const LaneState state : {LaneState::up, LaneState::degraded, LaneState::one_sided,
                                LaneState::not_ready, LaneState::down, LaneState::unknown}) {
    out << "<li><svg class=\"sample\" aria-hidden=\"true\">" << bar(0, 100, state, "") << "</svg>"
        << spoken(state) << "</li>";
  }
  return out
         << "<li><svg class=\"sample\" aria-hidden=\"true\"><rect class=\"gap\" width=\"100%\" "
            "height=\"22\"/></svg>"
            "gap: not observed</li>"
            "<li><svg class=\"sample\" aria-hidden=\"true\"><rect class=\"doubt\" y=\"1\" width=\"100%\" "
            "height=\"20\"/></svg>began or ended somewhere here</li>"
            "<li><svg class=\"sample mark-sample\" aria-hidden=\"true\"><g class=\"mark info\"><path "
            "d=\"M-5 0h10l-5 8z\"/><path class=\"stem\" d=\"M0 0v22\"/></g></svg>restart</li>"
            "<li><svg class=\"sample mark-sample\" aria-hidden=\"true\"><g class=\"mark info\"><circle "
            "cy=\"4\" "
            "r=\"4\"/><path class=\"stem\" d=\"M0 0v22\"/></g></svg>reconnect</li>"
            "<li><svg class=\"sample mark-sample\" aria-hidden=\"true\"><g class=\"mark info\"><path "
            "d=\"M0 0l4.500 4.500-4.500 4.500-4.500-4.500z\"/><path class=\"stem\" d=\"M0 0v22\"/></g></svg>"
            "other event</li></ul>";
}

}  // namespace natsrec
