#include "analyzer/report/timeline_svg.hpp"

#include "analyzer/report/timeline_rows.hpp"
#include "analyzer/report/track.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

constexpr double flag_width = 3;  // per cent that a numbered flag keeps free
constexpr int flag_row = 22;      // px

void row_head(Markup& out, std::string_view label) {
  out << "<div class=\"row\"><div class=\"who\">" << label << "</div>";
}

/// Lines of the axis and bands of the incidents, behind everything.
void backdrop(Markup& out, const Analysis& analysis, const ChartView& view) {
  out << "<svg class=\"backdrop\" aria-hidden=\"true\" focusable=\"false\">";
  for (const Incident* incident : view.incidents) {
    out << "<rect class=\"band " << name(incident->severity) << "\""
        << placed(view.scale, incident->began.earliest(), end_of(*incident, analysis))
        << " height=\"100%\"/>";
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
          << "</title><rect class=\"length\""
          << placed(view.scale, incident->began.earliest(), end_of(*incident, analysis)) << " y=\"" << y
          << "\" height=\"18\"/><svg" << placed(view.scale, incident->began.earliest()) << " y=\"" << y
          << "\" overflow=\"visible\"><rect class=\"plate\" x=\"" << offset
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
    pins << "<svg" << placed(scale, note.time)
         << " overflow=\"visible\"><g class=\"mark note\"><path class=\"stem\" d=\"M0 0v22\"/>"
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
    out << "<rect class=\"gap\"" << placed(scale, gap.after, gap.by) << " height=\"100%\"><title>"
        << attribute(fmt::format("not observed {} to {} UTC: {}", clock(gap.after), clock(gap.by),
                                 words(gap.reason)))
        << "</title></rect>";
  }
  out << "</svg>";
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
  return {from, to, true};
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
  if (view.scale.live()) {
    out << "<div class=\"chart\" id=\"chart\">";
  } else {
    out << "<div class=\"chart\">";
  }
  backdrop(out, analysis, view);
  axis(out, view.scale);
  incidents(out, analysis, view);
  notes(out, annotations, view.scale);
  for (auto from = view.lanes.begin(); from != view.lanes.end();) {
    const auto to = std::find_if(from, view.lanes.end(),
                                 [&](const Lane* lane) { return lane->cluster != (*from)->cluster; });
    out << cluster_rows({from, to}, analysis, findings, view);
    from = to;
  }
  if (!analysis.recording.gaps.empty()) gaps(out, analysis.recording, view.scale);
  return out << "</div>";
}

}  // namespace natsrec
