#pragma once
#include "analyzer/incident/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// One incident as a block to paste into a postmortem: what the recording knows is filled in, the rest is
/// asked.
std::string incident_markdown(const Analysis& analysis, const Incident& incident,
                              const std::vector<Annotation>& annotations = {});
/// `incidents --format markdown`: all of them, or a sentence if there are none.
std::string incidents_markdown(const Analysis& analysis, const std::vector<Annotation>& annotations = {});
/// `timeline --format markdown`: a table.
std::string timeline_markdown(const Analysis& analysis, const std::vector<Annotation>& annotations = {});

/// Text that Markdown shows as it is: one line, nothing in it is markup, HTML, a link or a table cell's end.
std::string markdown_text(std::string_view text);
/// Text as a code span.
std::string markdown_code(std::string_view text);

/// The incident with this id, or the one that has taken it in. Failure(Exit::usage) naming those there are,
/// if none.
const Incident& find_incident(const Analysis& analysis, std::string_view id);

}  // namespace natsrec
