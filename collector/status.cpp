#include "collector/status.hpp"

#include "schema/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <map>

namespace natsrec {
namespace {

/// Bytes for people.
std::string size_text(double bytes) {
  if (bytes < 1e3) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.1f} MB", bytes / 1e6);
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

double bytes_per_epoch(const Status& status) {
  return status.epochs == 0 ? 0 : static_cast<double>(status.bytes) / static_cast<double>(status.epochs);
}

/// What failed in the last epoch: a line for each target and failure, with its endpoints.
std::vector<std::string> failures_of(const Status& status) {
  std::map<std::pair<std::string, std::string>, std::string> endpoints;
  for (const Snapshot& snapshot : status.answers) {
    if (!snapshot.failure) continue;
    const auto what = fmt::format("{}: {}", name(snapshot.failure->failure), snapshot.failure->text);
    endpoints[{snapshot.target, what}] += fmt::format(" {}", name(snapshot.endpoint));
  }
  std::vector<std::string> out;
  out.reserve(endpoints.size());
  for (const auto& [key, names] : endpoints)
    out.push_back(printable(fmt::format("{}{}: {}", key.first, names, key.second)));
  return out;
}

std::optional<Duration> median(std::deque<Duration> distances) {
  if (distances.empty()) return std::nullopt;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

}  // namespace

std::vector<Status::Gap> gaps_of(const std::vector<EpochInfo>& epochs) {
  std::vector<Status::Gap> out;
  std::deque<Duration> last;
  for (std::size_t i = 1; i < epochs.size(); ++i) {
    const Time before = epochs[i - 1].started;
    const Duration distance = epochs[i].started - before;
    const auto interval = epochs[i].interval ? epochs[i].interval : median(last);
    if (interval && 2 * distance > 5 * *interval) out.push_back({before, epochs[i].started});
    if (distance <= Duration::zero()) continue;  // the clock went back
    last.push_back(distance);
    if (last.size() > 20) last.pop_front();
  }
  return out;
}

Status status_of(const std::filesystem::path& store) {
  const Recording recording = Recording::open(store);
  const auto epochs = recording.epochs();
  Status out;
  out.store = store.string();
  out.id = recording.id();
  out.epochs = static_cast<std::int64_t>(epochs.size());
  out.targets = recording.targets();
  std::error_code none;
  out.bytes = std::filesystem::file_size(store, none);
  out.gaps = gaps_of(epochs);
  if (epochs.empty()) return out;
  out.first = epochs.front();
  out.last = epochs.back();
  out.answers = recording.epoch(epochs.back().number).snapshots;
  for (Snapshot& snapshot : out.answers) snapshot.body.reset();
  return out;
}

std::string to_text(const Status& status) {
  std::string out = printable(status.store) + "\n";
  const auto line = [&](std::string_view label, const std::string& text) {
    out += fmt::format("  {:<12}{}\n", label, text);
  };
  line("recording", status.id);
  line("size", fmt::format("{}, {} per epoch", size_text(static_cast<double>(status.bytes)),
                           size_text(bytes_per_epoch(status))));
  line("epochs", std::to_string(status.epochs));
  if (!status.last) return out;
  line("span",
       fmt::format("{} to {} ({})", format_time(status.first->started), format_time(status.last->started),
                   format_duration(status.last->started - status.first->started)));
  line("interval", status.last->interval ? format_duration(*status.last->interval) : "not declared");
  line("gaps", std::to_string(status.gaps.size()));
  for (const auto& gap : status.gaps) {
    line("", fmt::format("{} to {} ({})", format_time(gap.after), format_time(gap.by),
                         format_duration(gap.by - gap.after)));
  }
  std::vector<std::string> targets;
  for (const auto& target : status.targets) targets.push_back(printable(target));
  line("targets", fmt::format("{}", fmt::join(targets, " ")));
  const auto failures = failures_of(status);
  line("last epoch", failures.empty() ? "everything answered" : "failures:");
  for (const auto& failure : failures) line("", failure);
  return out;
}

std::string to_json(const Status& status) {
  using Json = nlohmann::ordered_json;
  Json out{{"schema", 1},
           {"recording", status.id},
           {"bytes", status.bytes},
           {"epochs", status.epochs},
           {"targets", status.targets},
           {"gaps", Json::array()},
           {"failures", Json::array()}};
  if (status.last) {
    out["first_epoch"] = format_time(status.first->started);
    out["last_epoch"] = format_time(status.last->started);
    if (status.last->interval) out["interval_s"] = seconds(*status.last->interval);
  }
  for (const auto& gap : status.gaps)
    out["gaps"].push_back({{"after", format_time(gap.after)}, {"by", format_time(gap.by)}});
  for (const Snapshot& snapshot : status.answers) {
    if (!snapshot.failure) continue;
    out["failures"].push_back({{"target", snapshot.target},
                               {"endpoint", name(snapshot.endpoint)},
                               {"class", name(snapshot.failure->failure)},
                               {"text", snapshot.failure->text}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace natsrec
