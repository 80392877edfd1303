#include "analyzer/report/html_parts.hpp"

#include "analyzer/report/timeline_svg.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

constexpr std::size_t most_members = 100;  // of one kind in one table; timeline.csv has them all
constexpr std::size_t rolled_up_from = 4;
constexpr std::size_t longest_flag = 24;

Markup proof(const Finding& f, const PageContext& page) {
  Markup out;
  for (const Evidence& e : f.proof) out << exhibit(e, page);
  if (f.details.is_object() && !f.details.empty()) {
    const std::string json = f.details.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    out << "<pre><code>" << json << "</code></pre>";
  }
  return out;
}

void when(Markup& out, const Finding& f) {
  out << moment_markup(f.began);
  if (f.ended) {
    out << "<div class=\"until\">until " << moment_markup(*f.ended) << "</div>";
  } else if (f.open()) {
    out << "<div class=\"until\">open</div>";
  }
}

void what(Markup& out, const Finding& f, const PageContext& page) {
  const KindInfo& kind = info(f.kind);
  out << "<div class=\"said\">" << bdi(told({&f})) << "</div><div class=\"kind\">" << pill(f.severity)
      << " <code>" << kind.name << "</code>";
  if (!kind.check.empty()) out << " <code>" << kind.check << "</code>";
  if (f.count && *f.count > 1) out << " ≥ " << *f.count << " times";
  if (f.ended_by && *f.ended_by != EndedBy::recovered) out << " ended: " << words(name(*f.ended_by));
  out << "</div>";
  const Markup shown = proof(f, page);
  if (!shown.empty()) out << "<details class=\"proof\"><summary>Proof</summary>" << shown << "</details>";
}

void finding_row(Markup& out, const Finding& f, const PageContext& page, bool consequence) {
  if (consequence) {
    out << "<tr class=\"consequence\"><td>";
  } else {
    out << "<tr><td>";
  }
  when(out, f);
  out << "</td><td>";
  what(out, f, page);
  out << "</td></tr>";
}

/// Many of a kind: one row that opens.
void rolled_up(Markup& out, const std::vector<const Finding*>& findings, const PageContext& page,
               bool consequence) {
  if (consequence) {
    out << "<tr class=\"consequence\"><td>";
  } else {
    out << "<tr><td>";
  }
  out << moment_markup(findings.front()->began) << "</td><td><div class=\"said\">" << bdi(told(findings))
      << "</div><div class=\"kind\">" << pill(findings.front()->severity) << " <code>"
      << info(findings.front()->kind).name << "</code></div><details><summary>"
      << counted(findings.size(), "finding") << "</summary><table class=\"findings\"><tbody>";
  const std::size_t shown = std::min(findings.size(), most_members);
  for (std::size_t i = 0; i < shown; ++i) finding_row(out, *findings[i], page, false);
  out << "</tbody></table>";
  if (shown < findings.size()) out << "<p class=\"more\">and " << findings.size() - shown << " more</p>";
  out << "</details></td></tr>";
}

void line(Markup& out, const std::vector<const Finding*>& findings, const PageContext& page,
          bool consequence) {
  if (findings.size() >= rolled_up_from) return rolled_up(out, findings, page, consequence);
  for (const Finding* finding : findings) finding_row(out, *finding, page, consequence);
}

}  // namespace

Markup pill(Severity severity) {
  Markup out;
  return out << "<span class=\"pill " << name(severity) << "\">" << name(severity) << "</span>";
}

Markup moment_markup(const Moment& m, bool with_day) {
  Markup out;
  if (!m.exact) out << "<small>by</small> ";
  out << "<time datetime=\"" << format_time(m.best()) << "\">" << (with_day ? day(m.best()) + " " : "")
      << clock(m.best()) << "</time> <small>";
  if (m.exact) {
    out << certainty(m);
  } else if (m.after) {
    out << "after " << clock(*m.after);
  } else {
    out << "already so when first seen";
  }
  return out << "</small>";
}

Markup time_markup(Time time) {
  Markup out;
  return out << "<time datetime=\"" << format_time(time) << "\">" << stamp(time) << "</time>";
}

Markup names(const std::vector<std::string>& list, std::size_t most) {
  Markup out;
  const std::size_t shown = list.size() <= most + 1 ? list.size() : most;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == shown)
      out << " <details class=\"rest\"><summary>and " << list.size() - shown << " more</summary>";
    if (i > 0 && i != shown) out << ", ";
    out << bdi(list[i]);
  }
  if (shown < list.size()) out << "</details>";
  return out;
}

void fact(Markup& out, std::string_view term, const Markup& description) {
  if (!description.empty()) out << "<div><dt>" << term << "</dt><dd>" << description << "</dd></div>";
}

Markup command(std::string_view text) {
  Markup out;
  out << "<pre class=\"command\"><code>";
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size() - 1) + 1;
    const auto word = text.substr(at, end - at);
    // A line that breaks after the first hyphen of "--epoch" is hard to read.
    const bool flag = word.starts_with('-') && word.size() <= longest_flag;
    if (flag)
      out << "<span>" << attribute(word) << "</span>";
    else
      out << attribute(word);
    at = end;
  }
  return out << "</code></pre>";
}

Markup findings_table(const std::vector<OutlineLine>& lines, const PageContext& page) {
  Markup out;
  out << "<table class=\"findings\"><thead><tr><th scope=\"col\">When (UTC)</th><th "
         "scope=\"col\">What</th></tr></thead><tbody>";
  for (const OutlineLine& each : lines) {
    line(out, each.findings, page, false);
    for (const OutlineLine& under : each.consequences) line(out, under.findings, page, true);
  }
  return out << "</tbody></table>";
}

Markup incident_list(const std::vector<const Incident*>& incidents, const Analysis& analysis) {
  Markup out;
  out << "<ol class=\"list\">";
  for (const Incident* each : incidents) {
    const Incident& i = *each;
    out << "<li><a class=\"number " << name(i.severity) << "\" href=\"#i-" << attribute(i.id)
        << "\" aria-hidden=\"true\" tabindex=\"-1\">" << number_of(i, analysis)
        << "</a><div><a class=\"title\" href=\"#i-" << attribute(i.id) << "\">" << bdi(i.title) << "</a><p>"
        << pill(i.severity) << " ";
    if (i.open) out << "<strong class=\"open\">open</strong> ";
    out << "began " << time_markup(i.began.best()) << ", lasted " << lasted(i);
    if (!i.causes.empty()) {
      out << " · " << bdi(words(i.causes.front().cause)) << ", " << bdi(i.causes.front().confidence);
    }
    out << "</p></div></li>";
  }
  return out << "</ol>";
}

}  // namespace natsrec
