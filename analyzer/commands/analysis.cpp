#include "analyzer/commands/analysis.hpp"

#include "schema/command_line.hpp"
#include "schema/failure.hpp"

#include <map>

namespace natsrec {

void replay(const Recording& recording, const std::vector<EpochInfo>& epochs, std::optional<Time> until,
            Replay& replay, const std::function<void(double)>& progress, unsigned threads) {
  std::vector<EpochInfo> wanted;
  for (const auto& info : epochs) {
    if (until && info.started > *until) break;
    wanted.push_back(info);
  }
  std::map<std::int64_t, Deployment> deployments;
  std::size_t done = 0;
  Observations observations(recording, wanted, threads);
  for (const auto& info : wanted) {
    const Deployment* deployment = nullptr;
    if (info.deployment) {
      auto known = deployments.find(*info.deployment);
      if (known == deployments.end())
        known = deployments.emplace(*info.deployment, recording.deployment(*info.deployment)).first;
      deployment = &known->second;
    }
    replay.step(info, observations.next(), deployment);
    if (progress) progress(static_cast<double>(++done) / static_cast<double>(wanted.size()));
  }
}

Analysis analyse(const std::filesystem::path& store, const Window& window, AnalysisOptions options,
                 const std::function<void(double)>& progress) {
  const auto recording = Recording::open(store);
  const auto epochs = recording.epochs();
  std::optional<Time> until;
  // A slice says itself what of it is to be reported; what is before only teaches.
  if (const auto span = recording.report_span()) {
    until = span->until;
    options.since = span->since;
  }
  if (!window.until.empty()) until = moment_flag("--until", window.until, epochs);
  if (!window.since.empty()) options.since = moment_flag("--since", window.since, epochs);
  if (until && options.since && *until < *options.since)
    throw Failure(Exit::usage, "--until lies before --since; give the earlier time to --since");
  Replay story(options.detection);
  replay(recording, epochs, until, story, progress);
  return assemble(story, {recording.id(), store.filename().string(), recording.damaged()}, options);
}

}  // namespace natsrec
