// The first screen: what broke, for how long, what it meant, and how much of it was seen.
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

constexpr std::size_t most_affected = 8;

/// All that any of the incidents touched, in byte order.
std::vector<std::string> affected_servers(const std::vector<const Incident*>& incidents) {
  std::set<std::string> out;
  for (const Incident* i : incidents) out.insert(i->servers.begin(), i->servers.end());
  return {out.begin(), out.end()};
}

Markup affected(const std::vector<const Incident*>& incidents) {
  std::set<std::string> clusters;
  std::set<std::pair<std::string, std::string>> links;
  std::set<GatewayRef> gateways;
  for (const Incident* i : incidents) {
    clusters.insert(i->clusters.begin(), i->clusters.end());
    links.insert(i->links.begin(), i->links.end());
    gateways.insert(i->gateways.begin(), i->gateways.end());
  }
  const std::vector<std::string> servers = affected_servers(incidents);
  Markup out;
  if (incidents.empty()) return out << "nothing";
  std::vector<std::string> counts;
  for (const auto& [n, noun] : {std::pair{clusters.size(), "cluster"},
                                {servers.size(), "server"},
                                {links.size(), "route"},
                                {gateways.size(), "gateway"}}) {
    if (n > 0) counts.push_back(counted(n, noun));
  }
  out << listed(counts, 4);
  if (!servers.empty()) out << "<div class=\"quiet\">" << names(servers, most_affected) << "</div>";
  return out;
}

Markup worst_severity(const std::vector<const Incident*>& incidents) {
  Severity severity = Severity::info;
  std::size_t open = 0;
  for (const Incident* i : incidents) {
    severity = std::max(severity, i->severity);
    open += i->open ? 1 : 0;
  }
  Markup out;
  if (incidents.empty()) return out << "<span class=\"pill ok\">nothing broke</span>";
  return out << pill(severity) << "<div class=\"quiet\">" << counted(incidents.size(), "incident") << ", "
             << (open == 0 ? std::string("none open") : fmt::format("{} open", open)) << "</div>";
}

Markup coverage(const RecordingInfo& recording) {
  Markup out;
  if (recording.epochs == 0) return out << "none";
  out << percent(recording.coverage) << "<div class=\"quiet\">";
  if (recording.gaps.empty()) {
    out << "no gaps";
  } else {
    Duration lost{};
    for (const Gap& gap : recording.gaps) lost += gap.by - gap.after;
    out << counted(recording.gaps.size(), "gap") << ", " << format_duration(lost)
        << "; what happened there is unknown";
  }
  return out << "</div>";
}

Markup recorded(const RecordingInfo& recording) {
  Markup out;
  if (!recording.first_epoch || !recording.last_epoch) return out << "nothing";
  out << span(*recording.first_epoch, *recording.last_epoch) << "<div class=\"quiet\">"
      << format_duration(*recording.last_epoch - *recording.first_epoch) << ", "
      << counted(static_cast<std::size_t>(recording.epochs), "epoch");
  if (recording.interval) out << ", one every " << format_duration(*recording.interval);
  return out << "</div>";
}

/// The worst is an open one if there is any, however short it is yet.
std::string_view whose_length(const Incident& first, const std::vector<const Incident*>& incidents) {
  if (incidents.size() == 1) return "Lasted";
  if (!first.open) return "The worst lasted";
  const auto open = std::count_if(incidents.begin(), incidents.end(), [](auto* i) { return i->open; });
  return open == 1 ? "The open one lasted" : "The worst open one lasted";
}

/// What it meant and why it happened, of the incident that the verdict is about.
void lede(Markup& out, const Incident& incident) {
  if (!incident.impact.empty()) out << "<p class=\"lede\">" << bdi(incident.impact) << "</p>";
  if (incident.causes.empty()) return;
  const Cause& cause = incident.causes.front();
  out << "<p class=\"lede\"><strong>" << bdi(capitalised(words(cause.cause)))
      << "</strong> <span class=\"confidence\">" << bdi(cause.confidence) << "</span> " << bdi(cause.why)
      << "</p>";
}

}  // namespace

Markup first_screen(const PageContext& page, std::string_view said,
                    const std::vector<const Incident*>& incidents) {
  const RecordingInfo& recording = page.analysis.recording;
  const auto first =
      std::min_element(incidents.begin(), incidents.end(), [](auto* a, auto* b) { return worse(*a, *b); });
  Markup out;
  out << "<header><div class=\"top\"><p class=\"kicker\">NATS Recorder · incident report · "
      << bdi(recording.name) << "</p><div id=\"controls\" class=\"controls\"></div></div><h1>" << bdi(said)
      << "</h1>";
  if (first != incidents.end()) lede(out, **first);
  out << "<dl class=\"facts first\">";
  if (first != incidents.end()) fact(out, whose_length(**first, incidents), Markup{} << lasted(**first));
  fact(out, "Severity", worst_severity(incidents));
  fact(out, "Affected", affected(incidents));
  fact(out, "Coverage", coverage(recording));
  fact(out, "Recorded", recorded(recording));
  return out << "</dl></header>";
}

}  // namespace natsrec
