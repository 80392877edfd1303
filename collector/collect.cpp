#include "collector/collect.hpp"

#include "collector/lock.hpp"
#include "schema/printable.hpp"
#include "schema/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace natsrec {
namespace {

Deployment declared(const Job& job) {
  Deployment out{job.interval, {}, job.clusters};
  for (const Target& target : job.targets) out.targets.push_back({target.label, target.url});
  return out;
}

}  // namespace

std::optional<CollectedEpoch> collect_epoch(const Job& job, const Clock& clock, Fetcher& fetcher) {
  const auto lock = StoreLock::try_acquire(job.store);
  if (!lock) return std::nullopt;
  Recorder recorder = Recorder::open(job.store);
  Epoch epoch;
  epoch.interval = job.interval;
  epoch.started = clock.now();
  epoch.snapshots = fetcher.fetch(job.targets, job.fetch);
  epoch.ended = clock.now();
  std::sort(epoch.snapshots.begin(), epoch.snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    return std::tie(a.target, a.endpoint) < std::tie(b.target, b.endpoint);
  });
  CollectedEpoch out;
  out.number = recorder.record(epoch, declared(job));
  out.targets = job.targets.size();
  // One run at most: an epoch must not wait for much.
  if (job.retention.age || job.retention.size) prune(job.store, job.retention, 1);
  out.took = epoch.ended - epoch.started;
  for (Snapshot& snapshot : epoch.snapshots) {
    snapshot.body.reset();
    if (snapshot.failure) out.failures.push_back(std::move(snapshot));
  }
  return out;
}

std::string describe(const CollectedEpoch& epoch, bool verbose) {
  std::map<std::string, FailureClass> failed;
  for (const Snapshot& snapshot : epoch.failures)
    failed.try_emplace(snapshot.target, snapshot.failure->failure);
  std::string out = fmt::format("epoch {}: {} of {} targets answered, {}", epoch.number,
                                epoch.targets - failed.size(), epoch.targets, format_duration(epoch.took));
  if (verbose) {
    for (const Snapshot& snapshot : epoch.failures) {
      out += fmt::format("\n  {}/{}: {}: {}", printable(snapshot.target), name(snapshot.endpoint),
                         name(snapshot.failure->failure), printable(snapshot.failure->text));
    }
    return out;
  }
  constexpr std::size_t most_named = 3;
  std::size_t named = 0;
  for (const auto& [target, failure] : failed) {
    if (named == most_named) return out + fmt::format(" and {} more", failed.size() - named);
    out += fmt::format("{} {}: {}", named == 0 ? ";" : ",", printable(target), name(failure));
    ++named;
  }
  return out;
}

}  // namespace natsrec
