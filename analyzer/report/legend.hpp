#pragma once
#include "analyzer/report/markup.hpp"

namespace natsrec {

/// What bars, marks and hatchings of a chart mean.
Markup legend();
/// What the signs and lines of the topology mean.
Markup topology_legend();

}  // namespace natsrec
