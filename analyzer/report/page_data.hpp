#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/markup.hpp"

namespace natsrec {

/// What the page's script draws from, as an inert JSON block: the span, the states of every lane, the gaps,
/// the moments at which one changed with what was true then, and the incidents. Times are milliseconds since
/// `from`.
Markup page_data(const Analysis& analysis, const std::vector<const Incident*>& incidents);

}  // namespace natsrec
