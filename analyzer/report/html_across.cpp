// What shows only across incidents, and advice about the configuration.
#include "analyzer/report/across.hpp"
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/wording.hpp"

#include <algorithm>

namespace natsrec {
namespace {

constexpr std::size_t most_rows = 12;

/// A table that is left out if it has no rows.
void table(Markup& out, std::string_view heading, const std::vector<std::string_view>& columns,
           const std::vector<Markup>& rows, std::string_view note) {
  if (rows.empty()) return;
  out << "<h3>" << heading << "</h3>";
  if (!note.empty()) out << "<p class=\"quiet\">" << note << "</p>";
  out << "<table class=\"across\"><thead><tr>";
  for (const std::string_view column : columns) out << "<th scope=\"col\">" << column << "</th>";
  out << "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) out << "<tr>" << rows[i] << "</tr>";
  out << "</tbody></table>";
  if (rows.size() > most_rows) out << "<p class=\"more\">and " << rows.size() - most_rows << " more</p>";
}

Markup row(const std::string& subject, const std::vector<std::string>& cells) {
  Markup out;
  out << "<th scope=\"row\">" << bdi(subject) << "</th>";
  for (const std::string& cell : cells) out << "<td>" << cell << "</td>";
  return out;
}

std::vector<Markup> rows_of(const std::vector<Fared>& list, bool with_down) {
  std::vector<Markup> out;
  out.reserve(list.size());
  for (const Fared& each : list) {
    std::vector<std::string> cells{format_duration(each.impaired), counted(each.spells, "time"),
                                   format_duration(each.longest)};
    if (with_down) cells.insert(cells.begin() + 1, format_duration(each.down));
    out.push_back(row(each.title, cells));
  }
  return out;
}

std::vector<Markup> rows_of(const std::vector<Flapped>& list) {
  std::vector<Markup> out;
  out.reserve(list.size());
  for (const Flapped& each : list)
    out.push_back(row(each.subject, {"≥ " + std::to_string(each.times), std::to_string(each.spans),
                                     each.last ? stamp(*each.last) : ""}));
  return out;
}

std::vector<Markup> rows_of(const std::vector<const Finding*>& list) {
  std::vector<Markup> out;
  for (const Finding* f : list) {
    Markup cells;
    cells << "<th scope=\"row\">" << bdi(subject(*f)) << "</th><td>" << time_markup(f->began.best())
          << "</td><td>" << bdi(told({f})) << "</td>";
    out.push_back(std::move(cells));
  }
  return out;
}

}  // namespace

Markup across_section(const PageContext& page) {
  const Analysis& analysis = page.analysis;
  Markup tables;
  table(tables, "Worst servers and links", {"Name", "Impaired", "Down", "How often", "Longest"},
        rows_of(fared(analysis), true), "Down, one-sided, degraded or not ready, over the whole span.");
  table(tables, "Reconnects and flapping", {"Name", "Reconnects", "Spans of flapping", "Last"},
        rows_of(flapped(analysis)), "Connections that came back between two looks; at least so often.");
  table(tables, "Not ready", {"Name", "In all", "How often", "Longest"}, rows_of(not_ready(analysis), false),
        "");
  table(tables, "Restarts", {"Name", "When", "What"},
        rows_of(of_kinds(analysis, {Kind::server_restarted, Kind::version_changed, Kind::restart_loop})), "");
  Markup out;
  if (tables.empty()) return out;
  return out << "<section aria-labelledby=\"h-across\"><h2 id=\"h-across\">Across the whole span</h2>"
             << tables << "</section>";
}

Markup advice_section(const std::vector<Advice>& advice) {
  Markup out;
  if (advice.empty()) return out;
  out << "<section aria-labelledby=\"h-advice\"><h2 id=\"h-advice\">About the configuration</h2>"
         "<p class=\"quiet\">Nothing here broke in this recording. These are settings that make the next "
         "outage "
         "likelier or larger.</p><ul class=\"advice\">";
  for (const Advice& each : advice) out << "<li>" << bdi(each.subject) << ": " << bdi(each.text) << "</li>";
  return out << "</ul></section>";
}

}  // namespace natsrec
