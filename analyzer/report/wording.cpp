#include "analyzer/report/wording.hpp"

#include "analyzer/report/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace natsrec {

std::string day(Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string clock(Time time) {
  const std::chrono::hh_mm_ss of_day{time - std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:02}:{:02}:{:02}.{:03}", of_day.hours().count(), of_day.minutes().count(),
                     of_day.seconds().count(), of_day.subseconds().count() / 1000);
}

std::string stamp(Time time) { return day(time) + " " + clock(time).substr(0, 8) + " UTC"; }

std::string span(Time from, Time to) {
  const std::string until = day(from) == day(to) ? clock(to).substr(0, 8) + " UTC" : stamp(to);
  return day(from) + " " + clock(from).substr(0, 8) + " – " + until;
}

std::string certainty(const Moment& m) {
  if (!m.exact) return "by";
  return m.exact_error_s ? fmt::format("exact ±{:.2f}s", *m.exact_error_s) : "exact";
}

std::string moment(const Moment& m) {
  const auto full = [](Time time) { return day(time) + " " + clock(time) + " UTC"; };
  if (m.exact) {
    return full(*m.exact) +
           (m.exact_error_s ? fmt::format(", exact (±{:.2f}s)", *m.exact_error_s) : ", exact");
  }
  if (!m.after) return "by " + full(m.by) + ", already so when first seen";
  return "by " + full(m.by) + ", after " + (day(*m.after) == day(m.by) ? clock(*m.after) : full(*m.after));
}

bool at_once(const Incident& incident) { return !incident.open && incident.duration_max == Duration{}; }

std::string lasted(const Incident& incident) {
  if (at_once(incident)) return "a moment";
  const std::string best = format_duration(incident.duration);
  const std::string least = format_duration(incident.duration_min);
  const std::string most = format_duration(incident.duration_max);
  const std::string range = least == most ? "" : fmt::format(" ({} to {})", least, most);
  return best + (incident.open ? " so far" : "") + range;
}

std::string percent(double share) {
  if (!std::isfinite(share)) return "unknown";
  return fmt::format("{:g} %", std::floor(std::clamp(share, 0.0, 1.0) * 1000 + 1e-9) / 10);
}

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown =
      names.size() <= most + 1 ? names.size() : most;  // "and 1 more" says less than the name
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) out += (i > 0 ? ", " : "") + names[i];
  if (shown < names.size()) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

std::string words(std::string_view identifier) {
  std::string out(identifier);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::vector<std::string> link_names(const Incident& incident) {
  std::vector<std::string> out;
  out.reserve(incident.links.size());
  for (const auto& [a, b] : incident.links) out.push_back(fmt::format("{} – {}", a, b));
  return out;
}

std::vector<std::string> gateway_names(const Incident& incident) {
  std::vector<std::string> out;
  out.reserve(incident.gateways.size());
  for (const GatewayRef& g : incident.gateways)
    out.push_back(fmt::format("{} → {}", g.server, g.remote_cluster));
  return out;
}

bool worse(const Incident& a, const Incident& b) {
  return std::tuple(a.open, a.severity, a.duration) > std::tuple(b.open, b.severity, b.duration);
}

const Incident* worst(const Analysis& analysis) {
  const auto found = std::min_element(analysis.incidents.begin(), analysis.incidents.end(), worse);
  return found == analysis.incidents.end() ? nullptr : &*found;
}

std::string verdict(const Incident& incident) {
  if (at_once(incident)) return incident.title;
  if (incident.open && incident.duration == Duration{})
    return incident.title + ": open, seen in the last epoch";
  return fmt::format("{}: {} {}", incident.title, incident.open ? "open for" : "resolved after",
                     format_duration(incident.duration));
}

std::string verdict(const Analysis& analysis) {
  const Incident* first = worst(analysis);
  if (!first && analysis.recording.epochs == 0) return "Nothing was recorded";
  if (!first) return "No incidents: nothing broke as far as the recording shows";
  if (analysis.incidents.size() == 1) return verdict(*first);
  const auto open = std::count_if(analysis.incidents.begin(), analysis.incidents.end(),
                                  [](const Incident& i) { return i.open; });
  if (open == 1)
    return fmt::format("{} incidents, one still open. {}", analysis.incidents.size(), verdict(*first));
  const std::string state =
      open == 0 ? "all resolved. The worst" : fmt::format("{} still open. The worst of these", open);
  return fmt::format("{} incidents, {}: {}", analysis.incidents.size(), state, verdict(*first));
}

std::string covered(const RecordingInfo& recording) {
  if (!recording.first_epoch || !recording.last_epoch) return "no epoch recorded";
  return fmt::format("{} ({}), {}{}, coverage {}", span(*recording.first_epoch, *recording.last_epoch),
                     format_duration(*recording.last_epoch - *recording.first_epoch),
                     counted(static_cast<std::size_t>(recording.epochs), "epoch"),
                     recording.interval ? ", one every " + format_duration(*recording.interval) : "",
                     percent(recording.coverage));
}

std::vector<std::string> next_commands(const Incident& incident) {
  std::vector<std::string> out;
  for (const Cause& cause : incident.causes) {
    for (const std::string& command : cause.next) {
      if (std::find(out.begin(), out.end(), command) == out.end()) out.push_back(command);
    }
  }
  return out;
}

std::string shell_word(std::string_view text) {
  std::string word = plain(text);
  constexpr std::string_view safe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
  if (!word.empty() && word.find_first_not_of(safe) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

namespace {
std::string file_word(const RecordingInfo& recording) {
  return shell_word(recording.name.starts_with('-') ? "./" + recording.name : recording.name);
}
}  // namespace

std::string page_command(const RecordingInfo& recording, const Incident& incident) {
  return fmt::format("nats-analyzer report {} --incident {} --html {}.html", file_word(recording),
                     incident.id, incident.id);
}

std::string show_command(const RecordingInfo& recording, const Evidence& evidence) {
  // A name that begins with a dash would be taken for an option.
  const auto option = [](std::string_view key, const std::string& value) {
    return fmt::format("--{}{}{}", key, value.starts_with('-') ? "=" : " ", shell_word(value));
  };
  return fmt::format(
      "nats-analyzer show {} --epoch {} {} --endpoint {}", file_word(recording), evidence.epoch,
      option("server", evidence.server.empty() ? evidence.target : evidence.server), name(evidence.endpoint));
}

}  // namespace natsrec
