#include "analyzer/commands/analysis.hpp"

#include "analyzer/commands/losses.hpp"
#include "analyzer/facts/facts.hpp"
#include "analyzer/saved/archive.hpp"
#include "schema/command_line.hpp"
#include "schema/failure.hpp"

#include <algorithm>
#include <map>

namespace natsrec {

void replay(const Recording& recording, const Stretch& stretch, Replay& replay,
            const std::function<void(double)>& progress, unsigned threads) {
  std::map<std::int64_t, Deployment> deployments;
  std::optional<Time> began;
  std::optional<Time> end;
  if (const auto newest = recording.newest(progress ? 1 : 0); !newest.empty())
    end = std::min(newest.back().started, stretch.until.value_or(Time::max()));
  Observations observations(recording, stretch, threads);
  while (const auto epoch = observations.next()) {
    const auto& info = epoch->info;
    const Deployment* deployment = nullptr;
    if (info.deployment) {
      auto known = deployments.find(*info.deployment);
      if (known == deployments.end())
        known = deployments.emplace(*info.deployment, recording.deployment(*info.deployment)).first;
      deployment = &known->second;
    }
    replay.step(info, epoch->observation, deployment);
    if (!began) began = info.started;
    if (progress && end && info.started < *end)
      progress(seconds(info.started - *began) / seconds(*end - *began));
  }
  if (progress) progress(1);
}

bool has_facts(const AnalysisOptions& options) {
  return !options.join && !options.settle && to_bytes(options.detection) == to_bytes(DetectionOptions{});
}

std::optional<Time> bounds(const Recording& recording, const Window& window, AnalysisOptions& options) {
  const auto newest = recording.newest(1);
  std::optional<Time> until;
  // A slice says itself what of it is to be reported; what is before only teaches.
  if (const auto span = recording.report_span()) {
    until = span->until;
    options.since = span->since;
  }
  if (!window.until.empty()) until = moment_flag("--until", window.until, newest);
  if (!window.since.empty()) options.since = moment_flag("--since", window.since, newest);
  if (until && options.since && *until < *options.since)
    throw Failure(Exit::usage, "--until lies before --since; give the earlier time to --since");
  return until;
}

Analysis analyse(const std::filesystem::path& store, const Window& window, AnalysisOptions options,
                 const Means& means) {
  const auto recording = Recording::open(store);
  const auto until = bounds(recording, window, options);
  const auto name = store.filename().string();
  const bool facts = means.facts && !until && has_facts(options);
  if (facts) {
    if (const auto kept = facts::Facts::open(recording, store, {means.progress, means.note})) {
      if (auto analysis = kept->analysis(options, name, means.lanes)) {
        tell_losses(recording, *analysis);
        return *std::move(analysis);
      }
    }
  }
  // Opened anew: a recording counts what it finds damaged.
  const auto raw = Recording::open(store);
  auto start = facts ? facts::Facts::start(raw, store) : std::nullopt;
  if (!start) start.emplace(facts::Facts::Start{Replay{options.detection}, 0, 0});
  replay(raw, {.after = start->last, .until = until}, start->story, means.progress);
  auto analysis = assemble(std::move(start->story), {raw.id(), name, start->damage + raw.damaged()}, options);
  tell_losses(raw, analysis);
  return analysis;
}

}  // namespace natsrec
