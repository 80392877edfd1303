#include "analyzer/report/news.hpp"
#include "analyzer/report/outline.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace natsrec {
namespace {

const Cause& first_cause(const Incident& incident) {
  static const Cause none;
  return incident.causes.empty() ? none : incident.causes.front();
}

bool same(const Cause& a, const Cause& b) { return a.cause == b.cause && a.confidence == b.confidence; }

std::size_t new_findings(const Incident& before, const Incident& now) {
  return static_cast<std::size_t>(
      std::count_if(now.findings.begin(), now.findings.end(), [&](const std::string& id) {
        return std::find(before.findings.begin(), before.findings.end(), id) == before.findings.end();
      }));
}

/// In words; empty: only time has passed.
std::string changes(const Incident& before, const Incident& now) {
  std::vector<std::string> out;
  if (before.open != now.open) out.emplace_back(now.open ? "open again" : "resolved");
  if (before.severity != now.severity) out.push_back(fmt::format("now {}", name(now.severity)));
  for (const std::string& id : now.merged)
    if (std::find(before.merged.begin(), before.merged.end(), id) == before.merged.end())
      out.push_back("one with " + id);
  if (!same(first_cause(before), first_cause(now))) out.emplace_back("another cause is more likely");
  if (const auto more = new_findings(before, now); more > 0) out.push_back(counted(more, "more finding"));
  if (out.empty() && before.title != now.title) out.emplace_back("more is known");
  return listed(out, out.size());
}

}  // namespace

std::string IncidentNews::tell(const Analysis& analysis) {
  TextWriter out(options_);
  const auto note = [&](const std::string& id, const std::string& news) {
    out.blank().line(fmt::format("{}  {}: {}", stamp(*analysis.as_of), id, news), 0, 0,
                     TextWriter::Style::dim);
  };
  std::map<std::string, Incident> gone = std::exchange(told_, {});
  const FindingIndex index(analysis);
  for (const Incident& incident : analysis.incidents) {
    const auto before = gone.find(incident.id);
    const std::string news = before == gone.end() ? "a new incident" : changes(before->second, incident);
    told_.emplace(incident.id, incident);
    gone.erase(incident.id);
    for (const std::string& merged : incident.merged) gone.erase(merged);
    if (news.empty() || !begun_) continue;
    note(incident.id, news);
    write_incident(out, analysis, incident, index);
  }
  // What ended leaves the window that is looked at; what was open did not, and was taken back.
  for (const auto& [id, incident] : gone)
    if (incident.open) note(id, "no incident any more, as far as is known now");
  if (begun_) return out.take();
  begun_ = true;
  return incidents_text(analysis, options_);
}

}  // namespace natsrec
