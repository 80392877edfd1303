// The section about the recording itself.
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/wording.hpp"

#include <algorithm>

namespace natsrec {
namespace {

constexpr std::size_t most_rows = 500;
constexpr std::size_t most_targets = 8;

void more(Markup& out, std::size_t all) {
  if (all > most_rows) out << "<p class=\"more\">and " << all - most_rows << " more</p>";
}

void gaps(Markup& out, const std::vector<Gap>& all) {
  if (all.empty()) return;
  out << "<h3>Gaps</h3><table><thead><tr><th scope=\"col\">After</th><th scope=\"col\">By</th><th "
         "scope=\"col\">Length</th><th scope=\"col\">Reason</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(all.size(), most_rows); ++i) {
    const Gap& gap = all[i];
    out << "<tr><td>" << stamp(gap.after) << "</td><td>" << stamp(gap.by) << "</td><td>"
        << format_duration(gap.by - gap.after) << "</td><td>" << bdi(words(gap.reason)) << "</td></tr>";
  }
  out << "</tbody></table>";
  more(out, all.size());
}

void servers(Markup& out, const std::vector<ServerInfo>& all) {
  if (all.empty()) return;
  out << "<h3>Servers</h3><table><thead><tr><th scope=\"col\">Server</th><th scope=\"col\">Version</th><th "
         "scope=\"col\">Targets</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(all.size(), most_rows); ++i) {
    const ServerInfo& s = all[i];
    out << "<tr><th scope=\"row\">" << bdi(s.server) << "</th><td>"
        << bdi(s.version.empty() ? "unknown" : s.version) << "</td><td>" << names(s.targets, most_targets)
        << "</td></tr>";
  }
  out << "</tbody></table>";
  more(out, all.size());
}

}  // namespace

Markup recording_section(const RecordingInfo& recording) {
  Markup out;
  out << "<section aria-labelledby=\"h-recording\"><h2 id=\"h-recording\">The recording</h2><dl "
         "class=\"facts\">";
  if (!recording.name.empty()) fact(out, "File", bdi(recording.name));
  if (!recording.id.empty()) fact(out, "Id", Markup{} << "<code>" << recording.id << "</code>");
  if (recording.damage > 0) {
    const std::string snapshots = counted(static_cast<std::size_t>(recording.damage), "snapshot");
    fact(out, "Damage", Markup{} << snapshots << " could not be restored and count as unknown");
  }
  out << "</dl>";
  gaps(out, recording.gaps);
  servers(out, recording.servers);
  return out << "</section>";
}

}  // namespace natsrec
