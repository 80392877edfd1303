#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/html.hpp"
#include "analyzer/report/lanes.hpp"
#include "analyzer/report/markup.hpp"
#include "analyzer/report/outline.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The parts a page is put together from.
namespace natsrec {

/// What the parts of one page share.
struct PageContext {
  const Analysis& analysis;
  const std::vector<Annotation>& annotations;
  const FindingIndex& index;
  const LaneFindings& lanes;
  const HtmlOptions& options;
  std::set<const Incident*> pictured;  ///< incidents told with pictures and every finding
};

/// A severity as a word in a box, told apart without colour by its sign.
Markup pill(Severity severity);
/// A moment with a machine-readable time and its bounds; with its day where that is not clear from around it.
Markup moment_markup(const Moment& moment, bool with_day = false);
/// A moment without bounds: 2026-11-21 05:24:15 UTC.
Markup time_markup(Time time);
/// Names one after the other, each isolated; the rest folded away after so many.
Markup names(const std::vector<std::string>& list, std::size_t most);
/// A term and its description, left out if there is nothing to say.
void fact(Markup& out, std::string_view term, const Markup& description);
/// A command to copy.
Markup command(std::string_view text);

/// Verdict, impact and cause of the worst, and what it takes to weigh them: duration, severity, coverage.
Markup first_screen(const PageContext& page, std::string_view said,
                    const std::vector<const Incident*>& incidents);
/// Where a claim can be checked: server, epoch, endpoint and object, what stands there, and the command that
/// shows all of it.
Markup exhibit(const Evidence& evidence, const PageContext& page);
/// The recorded bodies that were pointed into, whole; only for --full-evidence.
Markup bodies_section(const PageContext& page);
/// Findings with their consequences under them.
Markup findings_table(const std::vector<OutlineLine>& lines, const PageContext& page);
/// Everything about one incident.
Markup incident_section(const Incident& incident, const PageContext& page);
/// Worst servers and links, flapping, readiness and restarts of the whole span.
Markup across_section(const PageContext& page);
/// Settings that are worth a thought, kept apart from findings.
Markup advice_section(const std::vector<Advice>& advice);
/// What was recorded, and what was not.
Markup recording_section(const RecordingInfo& recording);
/// Links to incidents, with the little that tells them apart; numbered as in the analysis.
Markup incident_list(const std::vector<const Incident*>& incidents, const Analysis& analysis);

}  // namespace natsrec
