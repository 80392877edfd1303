#pragma once
#include "analyzer/report/timeline_svg.hpp"

namespace natsrec {

/// The rows of one cluster. On a live chart the cluster folds, its heading shows the worst of its lanes, and
/// so do servers, routes and gateways apart; lanes with nothing to see are folded away.
Markup cluster_rows(const std::vector<const Lane*>& lanes, const Analysis& analysis,
                    const LaneFindings& findings, const ChartView& view);

/// Of every cluster the lane that its heading shows, in byte order of clusters; in the page's data they
/// follow the analysis's own.
std::vector<Lane> cluster_lanes(const Analysis& analysis);

}  // namespace natsrec
