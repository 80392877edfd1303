#include "analyzer/report/csv.hpp"

#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

using Row = std::vector<std::string>;

void append(std::string& out, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_cell(row[i]);
  }
  out += "\r\n";
}

std::string time(const std::optional<Time>& t) { return t ? format_time(*t) : ""; }

/// min, max, exact of a moment that may be missing.
Row bounds(const std::optional<Moment>& m) {
  if (!m) return {"", "", ""};
  return {time(m->after), time(m->by), time(m->exact)};
}

Row operator+(Row left, const Row& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::string joined(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, "; "));
}

std::string number(double value) { return fmt::format("{}", value); }

Row row(const Incident& i) {
  const Cause cause = i.causes.empty() ? Cause{} : i.causes.front();
  return Row{i.id, std::string(name(i.severity)), i.open ? "open" : "resolved", i.title} + bounds(i.began) +
         bounds(i.ended) +
         Row{number(seconds(i.duration)),
             number(seconds(i.duration_min)),
             number(seconds(i.duration_max)),
             number(i.observed_share),
             joined(i.clusters),
             joined(i.servers),
             joined(link_names(i)),
             joined(gateway_names(i)),
             joined(i.checks),
             cause.cause,
             cause.confidence,
             cause.why,
             i.impact,
             std::to_string(i.findings.size()),
             joined(i.merged)};
}

Row row(const Finding& f) {
  const auto error = f.began.exact_error_s;
  return Row{f.id,
             std::string(info(f.kind).name),
             std::string(info(f.kind).check),
             std::string(name(f.severity)),
             f.cluster,
             f.server,
             f.peer,
             f.remote_cluster,
             f.account,
             f.incident} +
         bounds(f.began) + Row{error ? number(*error) : ""} + bounds(f.ended) +
         Row{f.ended_by ? std::string(name(*f.ended_by)) : "", f.instant() ? "true" : "false",
             f.count ? std::to_string(*f.count) : "", f.consequence_of, f.text};
}

Row row(const Annotation& note) {
  Row out(22);
  out[1] = "annotation";
  out[12] = format_time(note.time);
  out[18] = "true";
  out[21] = note.who.empty() ? note.text : note.who + ": " + note.text;
  return out;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string cell;
  for (std::size_t at = 0; at < text.size();) {
    // A NUL ends the file for some readers; bytes that are no UTF-8 make others refuse it.
    const char32_t c = next_code_point(text, at);
    append_utf8(cell, c == 0 ? U'\uFFFD' : c);
  }
  constexpr std::string_view formula = "=+-@\t\r";
  if (!cell.empty() && formula.find(cell.front()) != std::string_view::npos) cell.insert(0, "'");
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string incidents_csv(const Analysis& analysis) {
  std::string out;
  append(out, {"id",
               "severity",
               "status",
               "title",
               "began_min",
               "began_max",
               "began_exact",
               "ended_min",
               "ended_max",
               "ended_exact",
               "duration_s",
               "duration_min_s",
               "duration_max_s",
               "observed_share",
               "clusters",
               "servers",
               "links",
               "gateways",
               "checks",
               "cause",
               "confidence",
               "why",
               "impact",
               "findings",
               "merged"});
  for (const Incident& incident : analysis.incidents) append(out, row(incident));
  return out;
}

std::string timeline_csv(const Analysis& analysis, const std::vector<Annotation>& annotations) {
  std::string out;
  append(out, {"id",
               "kind",
               "check",
               "severity",
               "cluster",
               "server",
               "peer",
               "remote_cluster",
               "account",
               "incident",
               "began_min",
               "began_max",
               "began_exact",
               "began_exact_error_s",
               "ended_min",
               "ended_max",
               "ended_exact",
               "ended_by",
               "instant",
               "count",
               "consequence_of",
               "text"});
  for (const Finding& finding : analysis.findings) append(out, row(finding));
  for (const Annotation& note : annotations) append(out, row(note));
  return out;
}

}  // namespace natsrec
