#include "analyzer/report/check.hpp"

#include "analyzer/report/unicode.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <unordered_set>

namespace natsrec {
namespace {

constexpr Duration default_interval =
    std::chrono::minutes{1};  // what the collector takes if nothing is declared
constexpr double least_coverage = 0.5;
constexpr std::size_t longest_text = 200;

enum Code { ok, warning, critical, unknown };
constexpr std::array<std::string_view, 4> words_of_code{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/// Fit for the text before the bar.
std::string safe(std::string_view text) {
  std::string out = shorten(plain(text), longest_text);
  std::replace(out.begin(), out.end(), '|', '/');
  return out;
}

Duration age_limit(const Analysis& analysis, const CheckOptions& options) {
  if (options.max_age) return *options.max_age;
  return 3 * analysis.recording.interval.value_or(default_interval);
}

/// Ids of incidents with a finding that began or ended after the epoch.
std::unordered_set<std::string_view> changed_since(const Analysis& analysis, std::int64_t epoch) {
  std::unordered_set<std::string_view> out;
  for (const Finding& f : analysis.findings) {
    const bool began = !f.epochs.empty() && f.epochs.back() > epoch;
    const bool ended = !f.ended_epochs.empty() && f.ended_epochs.back() > epoch;
    if (began || ended) out.insert(f.incident);
  }
  return out;
}

/// What of the incidents counts now, worst first.
struct Standing {
  std::vector<const Incident*> open, healed;
};

Standing standing(const Analysis& analysis, Time now, const CheckOptions& options) {
  Standing out;
  const auto changed = changed_since(analysis, options.since_epoch.value_or(0));
  for (const Incident& incident : analysis.incidents) {
    if (options.since_epoch && !changed.contains(incident.id)) continue;
    if (incident.open) {
      out.open.push_back(&incident);
    } else if (now - incident.ended.value_or(incident.began).by < options.recent) {
      out.healed.push_back(&incident);
    }
  }
  const auto worse = [](const Incident* a, const Incident* b) {
    return std::tuple(b->severity, a->began.by) < std::tuple(a->severity, b->began.by);
  };
  std::stable_sort(out.open.begin(), out.open.end(), worse);
  std::stable_sort(out.healed.begin(), out.healed.end(), worse);
  return out;
}

std::string where(const Incident& incident) {
  const auto& names =
      incident.servers.empty() || incident.servers.size() > 3 ? incident.clusters : incident.servers;
  return names.empty() ? "" : " (" + safe(listed(names, 3)) + ")";
}

/// What, where, since when, likely why.
std::string told(const Incident& incident) {
  const Moment& m = incident.began;
  std::string out =
      fmt::format("{}{}, {}since {}{}", safe(incident.title), where(incident), incident.open ? "open " : "",
                  stamp(m.best()), m.exact ? "" : " at the latest");
  if (!incident.open && incident.ended) out += ", resolved " + stamp(incident.ended->best());
  if (!incident.causes.empty()) {
    const Cause& cause = incident.causes.front();
    out += fmt::format(", {}: {}", safe(cause.confidence), safe(words(cause.cause)));
  }
  return out;
}

/// Why the recording cannot tell how things stand now; empty if it can.
std::string blind(const Analysis& analysis, Time now, const CheckOptions& options) {
  if (analysis.recording.epochs == 0 || !analysis.recording.last_epoch) return "nothing was recorded";
  const Duration age = now - *analysis.recording.last_epoch;
  const Duration limit = age_limit(analysis, options);
  if (age > limit) {
    return fmt::format("the newest epoch is {} old (limit {}); is the collector running?",
                       format_duration(age), format_duration(limit));
  }
  if (-age > limit) {
    return fmt::format("the newest epoch lies {} in the future; compare the clocks", format_duration(-age));
  }
  // Written so that a coverage that is no number counts as none.
  if (!(analysis.recording.coverage >= least_coverage)) {
    return fmt::format("only {} of the span was observed (limit {})", percent(analysis.recording.coverage),
                       percent(least_coverage));
  }
  return "";
}

std::string performance(const Analysis& analysis, Time now, const CheckOptions& options,
                        const Standing& incidents) {
  const auto open = [&](Severity severity) {
    return std::count_if(incidents.open.begin(), incidents.open.end(),
                         [&](const Incident* i) { return i->severity == severity; });
  };
  const RecordingInfo& r = analysis.recording;
  std::string out =
      fmt::format("open_critical={};;0;0 open_warning={};0;;0 healed={};0;;0 epochs={};;;0",
                  open(Severity::critical), open(Severity::warning), incidents.healed.size(), r.epochs);
  if (r.coverage >= 0 && r.coverage <= 1)
    out += fmt::format(" coverage={:g}%;;50:;0;100", std::floor(r.coverage * 1000 + 1e-9) / 10);
  if (r.last_epoch) {
    out += fmt::format(" age={:.0f}s;;{:.0f};0", std::max(0.0, seconds(now - *r.last_epoch)),
                       seconds(age_limit(analysis, options)));
  }
  return out;
}

std::string more(std::size_t others, std::string_view what) {
  return others == 0 ? "" : fmt::format("; {} more {}", others, what);
}

}  // namespace

CheckResult check(const Analysis& analysis, Time now, const CheckOptions& options) {
  const Standing incidents = standing(analysis, now, options);
  const auto& [open, healed] = incidents;
  Code code = ok;
  std::string text = fmt::format("no open incident; {}, coverage {}",
                                 counted(static_cast<std::size_t>(analysis.recording.epochs), "epoch"),
                                 percent(analysis.recording.coverage));
  if (options.since_epoch) text = fmt::format("nothing new since epoch {}", *options.since_epoch);
  if (!open.empty()) {
    code = open.front()->severity == Severity::critical ? critical : warning;
    text = told(*open.front()) + more(open.size() - 1, "open") + more(healed.size(), "resolved lately");
  } else if (!healed.empty()) {
    code = warning;
    text = told(*healed.front()) + more(healed.size() - 1, "resolved lately");
  }
  if (const std::string reason = blind(analysis, now, options); !reason.empty()) {
    text = reason + (code == ok ? "" : "; last known: " + text);
    code = unknown;
  }
  return {code, fmt::format("NATS {}: {} | {}", words_of_code.at(code), text,
                            performance(analysis, now, options, incidents))};
}

}  // namespace natsrec
