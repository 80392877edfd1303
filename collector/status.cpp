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

double bytes_per_target(const Status& status) {
  return status.targets.empty() ? 0 : bytes_per_epoch(status) / static_cast<double>(status.targets.size());
}

std::string retention_text(const Status& status) {
  std::string out;
  if (status.retention.age) out = fmt::format("{} back", format_duration(*status.retention.age));
  if (status.retention.size)
    out +=
        fmt::format("{}{}", out.empty() ? "" : ", ", size_text(static_cast<double>(*status.retention.size)));
  if (out.empty()) return "everything is kept";
  if (!status.next) return out + "; nothing to remove now";
  return fmt::format("{}; {} epochs go next, by {}", out, status.next->epochs,
                     status.next->by_age ? "age" : "size");
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

std::string spread_text(const Status::Spread& spread) {
  return fmt::format("{} at least, {} usually, {} at most", format_duration(spread.least),
                     format_duration(spread.median), format_duration(spread.most));
}

nlohmann::ordered_json spread_json(const Status::Spread& spread) {
  return {
      {"least", seconds(spread.least)}, {"median", seconds(spread.median)}, {"most", seconds(spread.most)}};
}

std::int64_t answered(const Status& status) {
  return std::count_if(status.answers.begin(), status.answers.end(),
                       [](const Snapshot& snapshot) { return !snapshot.failure; });
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
    if (interval && 2 * distance > 5 * *interval)
      out.push_back({before, epochs[i].started, epochs[i].number});
    if (distance <= Duration::zero()) continue;  // the clock went back
    last.push_back(distance);
    if (last.size() > 20) last.pop_front();
  }
  return out;
}

std::vector<Status::SetBack> set_back_of(const std::vector<EpochInfo>& epochs) {
  std::vector<Status::SetBack> out;
  for (std::size_t i = 1; i < epochs.size(); ++i)
    if (epochs[i].started < epochs[i - 1].started) out.push_back({epochs[i - 1].started, epochs[i].started});
  return out;
}

double coverage_of(const Status& status) {
  if (!status.last) return 1;
  // A clock that was set back went through some of the time twice.
  Duration span = status.last->started - status.first->started;
  for (const auto& jump : status.set_back) span += jump.from - jump.to;
  if (span <= Duration::zero()) return 1;
  Duration missed{};
  for (const auto& gap : status.gaps) missed += gap.by - gap.after;
  return 1 - seconds(missed) / seconds(span);
}

static std::optional<Status::Spread> spread_of(std::vector<Duration> all) {
  if (all.empty()) return std::nullopt;
  std::sort(all.begin(), all.end());
  return Status::Spread{all.front(), all[all.size() / 2], all.back()};
}

std::optional<Status::Spread> distances_of(const std::vector<EpochInfo>& epochs) {
  std::vector<Duration> all;
  for (std::size_t i = 1; i < epochs.size(); ++i) all.push_back(epochs[i].started - epochs[i - 1].started);
  return spread_of(std::move(all));
}

static std::optional<Status::Spread> took_of(const std::vector<EpochInfo>& epochs) {
  std::vector<Duration> all;
  all.reserve(epochs.size());
  for (const EpochInfo& epoch : epochs) all.push_back(epoch.ended - epoch.started);
  return spread_of(std::move(all));
}

/// Adds what runs could not record, and gives the gaps that this made their reason.
static void add_losses(const Recording& recording, const std::vector<EpochInfo>& epochs, Status& status) {
  auto gap = status.gaps.begin();
  for (const EpochInfo& epoch : epochs) {
    while (gap != status.gaps.end() && gap->epoch < epoch.number) ++gap;
    const VerbatimFiles files = recording.verbatim(epoch.number);
    const auto file = files.find(std::string{loss_file});
    const auto loss = file == files.end() ? std::nullopt : parse_loss(file->second);
    if (!loss) continue;
    if (gap != status.gaps.end() && gap->epoch == epoch.number) gap->reason = loss->cause;
    status.losses.push_back(*loss);
  }
}

Status status_of(const std::filesystem::path& store, const Retention& retention) {
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
  add_losses(recording, epochs, out);
  out.set_back = set_back_of(epochs);
  out.distances = distances_of(epochs);
  out.took = took_of(epochs);
  out.retention = retention;
  out.next = expired(store, retention);
  if (epochs.empty()) return out;
  out.first = epochs.front();
  out.last = epochs.back();
  out.coverage = coverage_of(out);
  out.answers = recording.epoch(epochs.back().number).snapshots;
  for (Snapshot& snapshot : out.answers) {
    if (snapshot.body) out.answered_bytes += snapshot.body->size();
    snapshot.body.reset();
  }
  return out;
}

std::string to_text(const Status& status) {
  std::string out = printable(status.store) + "\n";
  const auto line = [&](std::string_view label, const std::string& text) {
    out += fmt::format("  {:<12}{}\n", label, text);
  };
  line("recording", status.id);
  line("size",
       fmt::format("{}, {} per epoch, {} per target and epoch", size_text(static_cast<double>(status.bytes)),
                   size_text(bytes_per_epoch(status)), size_text(bytes_per_target(status))));
  line("epochs", std::to_string(status.epochs));
  if (!status.last) return out;
  line("span",
       fmt::format("{} to {} ({})", format_time(status.first->started), format_time(status.last->started),
                   format_duration(status.last->started - status.first->started)));
  line("interval", status.last->interval ? format_duration(*status.last->interval) : "not declared");
  line("gaps", std::to_string(status.gaps.size()));
  for (const auto& gap : status.gaps) {
    line("", fmt::format("{} to {} ({}){}", format_time(gap.after), format_time(gap.by),
                         format_duration(gap.by - gap.after),
                         gap.reason == "not_collected" ? "" : ", " + gap.reason));
  }
  for (const auto& loss : status.losses)
    line("lost", fmt::format("{} epochs, {} to {}: {}", loss.epochs, format_time(loss.first),
                             format_time(loss.last), printable(loss.text)));
  for (const auto& jump : status.set_back)
    line("clock", fmt::format("set back by {}, from {} to {}", format_duration(jump.from - jump.to),
                              format_time(jump.from), format_time(jump.to)));
  line("coverage", fmt::format("{:.1f} %", status.coverage * 100));
  if (status.distances) line("distances", spread_text(*status.distances));
  if (status.took) line("took", spread_text(*status.took));
  line("retention", retention_text(status));
  std::vector<std::string> targets;
  for (const auto& target : status.targets) targets.push_back(printable(target));
  line("targets", fmt::format("{}", fmt::join(targets, " ")));
  line("answers", fmt::format("{} of {} in the last epoch, {}", answered(status), status.answers.size(),
                              size_text(static_cast<double>(status.answered_bytes))));
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
           {"bytes_per_target_epoch", bytes_per_target(status)},
           {"epochs", status.epochs},
           {"coverage", status.coverage},
           {"targets", status.targets},
           {"gaps", Json::array()},
           {"lost", Json::array()},
           {"clock_set_back", Json::array()},
           {"failures", Json::array()}};
  if (status.last) {
    out["first_epoch"] = format_time(status.first->started);
    out["last_epoch"] = format_time(status.last->started);
    if (status.last->interval) out["interval_s"] = seconds(*status.last->interval);
  }
  if (status.last) {
    out["last_epoch_took_s"] = seconds(status.last->ended - status.last->started);
    out["last_epoch_answers"] = answered(status);
    out["last_epoch_bytes"] = status.answered_bytes;
  }
  if (status.took) out["took_s"] = spread_json(*status.took);
  if (status.distances) out["distances_s"] = spread_json(*status.distances);
  if (status.next)
    out["retention_next"] = {{"epochs", status.next->epochs}, {"by", status.next->by_age ? "age" : "size"}};
  for (const auto& gap : status.gaps)
    out["gaps"].push_back(
        {{"after", format_time(gap.after)}, {"by", format_time(gap.by)}, {"reason", gap.reason}});
  for (const auto& loss : status.losses)
    out["lost"].push_back({{"epochs", loss.epochs},
                           {"first", format_time(loss.first)},
                           {"last", format_time(loss.last)},
                           {"cause", loss.cause},
                           {"text", loss.text}});
  for (const auto& jump : status.set_back)
    out["clock_set_back"].push_back({{"from", format_time(jump.from)}, {"to", format_time(jump.to)}});
  for (const Snapshot& snapshot : status.answers) {
    if (!snapshot.failure) continue;
    out["failures"].push_back({{"target", snapshot.target},
                               {"endpoint", name(snapshot.endpoint)},
                               {"class", name(snapshot.failure->failure)},
                               {"text", snapshot.failure->text}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_metrics(const Status& status) {
  std::string out;
  const auto family = [&](std::string_view metric, std::string_view help) {
    out += fmt::format("# HELP nats_collector_{} {}\n# TYPE nats_collector_{} gauge\n", metric, help, metric);
  };
  const auto gauge = [&](std::string_view metric, std::string_view help, double value) {
    family(metric, help);
    out += fmt::format("nats_collector_{} {}\n", metric, value);
  };
  gauge("epochs", "Epochs in the recording.", static_cast<double>(status.epochs));
  gauge("recording_bytes", "Size of the recording.", static_cast<double>(status.bytes));
  gauge("gaps", "Spans without observation.", static_cast<double>(status.gaps.size()));
  gauge("coverage_ratio", "Share of the span that lies in no gap.", status.coverage);
  std::int64_t lost = 0;
  for (const Loss& loss : status.losses) lost += loss.epochs;
  gauge("lost_epochs", "Epochs that could not be recorded.", static_cast<double>(lost));
  if (!status.last) return out;
  gauge("last_epoch_timestamp_seconds", "When the newest epoch began.",
        seconds(status.last->started.time_since_epoch()));
  gauge("last_epoch_duration_seconds", "How long it took.",
        seconds(status.last->ended - status.last->started));
  gauge("last_epoch_answers", "Answers in it.", static_cast<double>(answered(status)));
  gauge("last_epoch_bytes", "Bytes of all its bodies.", static_cast<double>(status.answered_bytes));
  std::map<std::string_view, int> failures;
  for (const char* usual : {"refused", "timeout"}) failures[usual] = 0;  // there before the first alarm
  for (const Snapshot& snapshot : status.answers)
    if (snapshot.failure) ++failures[name(snapshot.failure->failure)];
  family("last_epoch_failures", "Questions without a proper answer in it, by class.");
  for (const auto& [failure, count] : failures)
    out += fmt::format("nats_collector_last_epoch_failures{{class=\"{}\"}} {}\n", failure, count);
  return out;
}

}  // namespace natsrec
