#include "analyzer/report/chronicle.hpp"
#include "analyzer/report/text.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

namespace natsrec {
namespace {

/// How far back the beginning can lie: "≤" for a moment that is only known by when it was seen.
std::string when(const Happening& h) { return (h.moment.exact ? "  " : "≤ ") + clock(h.at); }

std::string label(const Happening& h) {
  if (h.what == Happening::What::gap || h.what == Happening::What::note) return std::string(name(h.what));
  return h.what == Happening::What::ended ? "ended" : std::string(name(h.finding->severity));
}

std::string sentence(const Happening& h) {
  if (!h.finding) return h.text;
  const Finding& f = *h.finding;
  std::string out = h.text.empty() ? subject(f) + ": " + std::string(info(f.kind).title) : h.text;
  if (h.what == Happening::What::ended && f.ended_by && *f.ended_by != EndedBy::recovered) {
    out += fmt::format(" ({})", words(name(*f.ended_by)));
  }
  if (f.count && *f.count > 1 && h.what != Happening::What::ended)
    out += fmt::format(" (≥ {} times)", *f.count);
  return f.incident.empty() ? out : out + " [" + f.incident + "]";
}

TextWriter::Style style(const Happening& h) {
  if (h.finding && h.what != Happening::What::ended) return style_of(h.finding->severity);
  return h.what == Happening::What::ended ? TextWriter::Style::green : TextWriter::Style::dim;
}

}  // namespace

std::string timeline_text(const Analysis& analysis, const TextOptions& options,
                          const std::vector<Annotation>& annotations) {
  TextWriter out(options);
  out.line(analysis.recording.name + ": " + covered(analysis.recording) + ".");
  const auto happenings = chronicle(analysis, annotations);
  if (happenings.empty()) out.line("Nothing happened that the recording shows.");
  std::string today;
  for (const Happening& h : happenings) {
    if (day(h.at) != today) {
      today = day(h.at);
      out.blank().line(today + " (UTC; ≤ means: no later than)", 0, 0, TextWriter::Style::bold);
    }
    out.row(when(h) + "  " + pad(label(h), 8), style(h), sentence(h));
  }
  return out.take();
}

}  // namespace natsrec
