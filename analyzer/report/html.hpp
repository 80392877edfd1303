#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/across.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

struct HtmlOptions {
  std::optional<std::string> incident = {};  ///< only this one (its id, or that of one it has taken in)
  /// What the recording holds where evidence points to; empty if nothing, or if nobody can tell.
  std::function<std::string(const Evidence&)> object = {};
  std::vector<Advice> advice = {};  ///< about the configuration
  /// The whole body. If set, all bodies that evidence points into are on the page.
  std::function<std::string(const Evidence&)> body = {};
};

/// The report as one HTML file that loads nothing from anywhere: light and dark, for screens from 400 px up
/// and for paper. All of it can be read with scripts off; they add controls. Same analysis, same bytes.
/// Failure(Exit::usage) if there is no such incident.
std::string report_html(const Analysis& analysis, const std::vector<Annotation>& annotations = {},
                        const HtmlOptions& options = {});

}  // namespace natsrec
