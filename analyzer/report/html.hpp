#pragma once
#include "analyzer/incident/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace natsrec {

struct HtmlOptions {
  std::optional<std::string> incident;  ///< only this one (its id, or that of one it has taken in)
};

/// The report as one HTML file: no script, nothing loaded from anywhere, light and dark, for screens from 400
/// px up and for paper. Same analysis, same bytes. Failure(Exit::usage) if there is no such incident.
std::string report_html(const Analysis& analysis, const std::vector<Annotation>& annotations = {},
                        const HtmlOptions& options = {});

}  // namespace natsrec
