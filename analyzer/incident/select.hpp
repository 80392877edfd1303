#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/incident/options.hpp"

namespace natsrec {

/// Incidents and findings by time, then id.
void put_in_order(Analysis& analysis);

/// Leaves of an analysis what was asked for: what reaches beyond `since`, what concerns a cluster or a
/// server. Incidents stay or go as a whole.
void select(Analysis& analysis, const AnalysisOptions& options);

}  // namespace natsrec
