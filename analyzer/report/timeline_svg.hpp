#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/lanes.hpp"
#include "analyzer/report/markup.hpp"
#include "analyzer/report/timescale.hpp"

#include <vector>

namespace natsrec {

/// What a chart shows.
struct ChartView {
  TimeScale scale;
  std::vector<const Lane*> lanes;
  std::vector<const Incident*>
      incidents;           ///< drawn as bands; numbered as in the analysis, linked to their sections
  bool fold_quiet = true;  ///< lanes without anything to see go into a <details>
};

/// A chart over time: axis in UTC, incidents as bands, notes, then a lane for each server, route and gateway
/// by cluster; gaps are hatched across all of it. Every row is an SVG of its own with a text alternative, so
/// that names stay text and the chart has any width.
Markup chart(const Analysis& analysis, const LaneFindings& findings,
             const std::vector<Annotation>& annotations, const ChartView& view);

/// Its place among the incidents of this analysis, from 1.
std::size_t number_of(const Incident& incident, const Analysis& analysis);
/// The whole recording; live.
TimeScale scale_of(const Analysis& analysis);
/// An incident with some time before and after.
TimeScale scale_of(const Incident& incident, const Analysis& analysis);
/// The end of an incident, as far as it is known.
Time end_of(const Incident& incident, const Analysis& analysis);

}  // namespace natsrec
