#pragma once
#include "analyzer/report/outline.hpp"
#include "analyzer/report/terminal.hpp"

#include <string>
#include <vector>

namespace natsrec {

/// `incidents` for a terminal: the verdict, then each incident with when, how long, why, what, and what to do
/// next. Without incidents a sentence says so, with the span observed and its coverage.
std::string incidents_text(const Analysis& analysis, const TextOptions& options = {});

/// One of them.
void write_incident(TextWriter& out, const Analysis& analysis, const Incident& incident,
                    const FindingIndex& index);

/// `timeline` for a terminal: findings as they began and ended, gaps and notes among them, one after the
/// other.
std::string timeline_text(const Analysis& analysis, const TextOptions& options = {},
                          const std::vector<Annotation>& annotations = {});

}  // namespace natsrec
