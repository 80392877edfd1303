#include "analyzer/report/chronicle.hpp"
#include "analyzer/report/news.hpp"
#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// A gap that lasts grows with every epoch, and is told again when it is over.
bool lasts(const Happening& h, const Analysis& analysis) {
  return h.what == Happening::What::gap &&
         std::any_of(analysis.findings.begin(), analysis.findings.end(), [&](const Finding& f) {
           return f.kind == Kind::collection_gap && f.open() && f.began.best() == h.at;
         });
}

/// What stays the same while a recording grows.
std::string key(const Happening& h, const Analysis& analysis) {
  if (h.finding) return fmt::format("{} {}", name(h.what), h.finding->id);
  return fmt::format("{} {} {}", name(h.what), format_time(h.at), lasts(h, analysis) ? "" : h.text);
}

}  // namespace

std::string TimelineNews::tell(const Analysis& analysis) {
  TextWriter out(options_);
  if (!begun_) out.line(analysis.recording.name + ": " + covered(analysis.recording) + ".");
  const auto happenings = chronicle(analysis, annotations_);
  if (!begun_ && happenings.empty()) out.line("Nothing happened that the recording shows.");
  begun_ = true;
  std::map<std::string, std::size_t> seen;
  for (const Happening& h : happenings) {
    const std::string what = key(h, analysis);
    if (++seen[what] <= told_[what]) continue;
    told_[what] = seen[what];
    if (day(h.at) != day_) {
      day_ = day(h.at);
      out.blank().line(day_ + " (UTC; ≤ means: no later than)", 0, 0, TextWriter::Style::bold);
    }
    out.row(when(h) + "  " + pad(label(h), 8), style(h), sentence(h));
  }
  return out.take();
}

std::string timeline_text(const Analysis& analysis, const TextOptions& options,
                          const std::vector<Annotation>& annotations) {
  return TimelineNews(options, annotations).tell(analysis);
}

}  // namespace natsrec
