#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/markup.hpp"
#include "analyzer/report/timescale.hpp"

namespace natsrec {

/// Height of a track in CSS pixels; report.css knows it too.
inline constexpr int track_height = 22;

/// The state of one lane over the window, as an SVG of any width: bars whose height and pattern tell the
/// state without colour, ticks for marks, and a lighter bar from `after` to `by` where a moment is known by
/// its bounds only. Unknown spans that lie in a gap are left to the gap's own hatching. `index` is the lane's
/// in the page's data.
Markup track(const Lane& lane, const std::vector<const Finding*>& findings, const RecordingInfo& recording,
             const TimeScale& scale, std::optional<std::size_t> index = {});

/// x of a moment, and the width up to another, as attributes; on a live scale in milliseconds since its
/// beginning too.
Markup placed(const TimeScale& scale, Time at);
Markup placed(const TimeScale& scale, Time from, Time to);

/// A bar of one state, as on a track.
Markup bar(double from_percent, double to_percent, LaneState state, std::string_view title);

/// Patterns that bars, gaps and the legend are filled with; once per page.
Markup patterns();

}  // namespace natsrec
