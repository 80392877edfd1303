#include "analyzer/commands/body.hpp"

#include "analyzer/commands/analysis.hpp"
#include "analyzer/commands/stretch.hpp"
#include "schema/command_line.hpp"
#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace natsrec {
namespace {

/// Targets that reach the server, as known when the epoch was over.
std::vector<std::string> targets_named(const Recording& recording, std::int64_t epoch,
                                       const std::string& server) {
  Replay story;
  replay(recording, {.last = epoch}, story);
  std::vector<std::string> result;
  const auto& fleet = story.fleet();
  for (ServerRef ref = 0; ref < fleet.size(); ++ref)
    if (!fleet[ref].absorbed && (fleet[ref].name == server || fleet[ref].display() == server))
      for (auto& target : fleet.targets_of(ref)) result.push_back(std::move(target));
  return result;
}

}  // namespace

std::int64_t find_epoch(const std::string& text, const Recording& recording) {
  const auto newest = recording.newest(1);
  if (newest.empty())
    throw Failure(Exit::usage, "the recording holds no epoch yet; let the collector run first");
  const auto oldest = recording.epochs_after(Stretch().after, 1).front();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    const auto before = std::max(number, Stretch().after + 1) - 1;
    if (EpochReader(recording, {.after = before, .last = number}, 1).peek()) return number;
    throw Failure(Exit::usage, fmt::format("there is no epoch {}; the recording holds {} to {}", number,
                                           oldest.number, newest.front().number));
  }
  const auto time = moment_flag("--epoch", text, newest);
  std::optional<std::int64_t> begun;
  for (EpochReader epochs(recording, {}); epochs.peek();)
    if (const auto info = epochs.take(); info.started <= time) begun = info.number;
  if (!begun)
    throw Failure(Exit::usage, fmt::format("--epoch {} lies before the recording, which begins at {}",
                                           printable(text), format_time(oldest.started)));
  return *begun;
}

std::string body_of(const Recording& recording, std::int64_t epoch, const std::string& server,
                    Endpoint endpoint) {
  std::vector<std::string> targets{server};
  auto snapshot = recording.snapshot(epoch, server, endpoint);
  if (!snapshot) {
    targets = targets_named(recording, epoch, server);
    for (const auto& target : targets)
      if (!snapshot || !snapshot->body) snapshot = recording.snapshot(epoch, target, endpoint);
  }
  if (!snapshot)
    throw Failure(
        Exit::usage,
        fmt::format(
            "nothing was recorded of {} of {} in epoch {}; `nats-analyzer servers` lists who is known",
            name(endpoint), printable(server), epoch));
  if (snapshot->body) return std::move(*snapshot->body);
  const auto& failure = snapshot->failure;
  throw Failure(
      Exit::partly,
      fmt::format("no body came from {} of {} in epoch {}: {}{}", name(endpoint), printable(snapshot->target),
                  epoch, failure ? name(failure->failure) : std::string_view("an empty answer"),
                  failure && !failure->text.empty() ? ", " + printable(failure->text) : ""));
}

}  // namespace natsrec
