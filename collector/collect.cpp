#include "collector/collect.hpp"

#include "collector/asking.hpp"
#include "collector/lock.hpp"
#include "schema/loss.hpp"
#include "schema/printable.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/store_failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace natsrec {
namespace {

Deployment declared(const Job& job, const std::vector<Target>& targets) {
  Deployment out{job.interval, {}, job.clusters};
  for (const Target& target : targets) out.targets.push_back({target.label, target.url, target.via});
  return out;
}

/// Adds it to what the note tells already.
void note(const StoreLock& lock, Loss loss) {
  constexpr std::size_t most_text = 1000;  // the note has room for that
  loss.text = loss.text.substr(0, most_text);
  const auto noted = parse_loss(lock.note());
  lock.leave_note(to_json(noted ? together(*noted, loss) : loss));
}

Loss loss_of(Time began, const Failure& failure) {
  const auto* store = dynamic_cast<const StoreFailure*>(&failure);
  return {1, began, began, store ? store->cause() : "store_unusable", failure.what()};
}

/// Whether a run that was killed before it could clear the note has recorded this.
bool is_recorded(const std::filesystem::path& store, const std::string& loss) {
  const Recording recording = Recording::open(store);
  const auto epochs = recording.newest(1);
  if (epochs.empty()) return false;
  const VerbatimFiles files = recording.verbatim(epochs.back().number);
  const auto found = files.find(std::string{loss_file});
  return found != files.end() && found->second == loss;
}

std::int64_t record(Recorder& recorder, const Epoch& epoch, const Deployment& deployment,
                    const std::filesystem::path& store, const StoreLock& lock) {
  const auto loss = parse_loss(lock.note());
  if (!loss || is_recorded(store, to_json(*loss))) return recorder.record(epoch, deployment);
  return recorder.record_imported(epoch,
                                  {"", {{std::string{loss_file}, to_json(*loss)}}, to_json(deployment)});
}

/// Names, files and servers, within the budget.
Epoch photograph(const Job& job, const Clock& clock, const Network& network, Found& found) {
  Epoch epoch;
  epoch.interval = job.interval;
  epoch.started = clock.now();
  found = find_targets(job.sources, job.store, job.fetch, clock, network.resolver);
  FetchOptions options = job.fetch;
  options.budget -= std::clamp(clock.now() - epoch.started, Duration::zero(), options.budget / 2);
  epoch.snapshots = ask(found, options, network);
  const Duration left = job.fetch.budget - (clock.now() - epoch.started);
  if (job.probe_ports && left > Duration::zero()) {
    auto ports = ask_ports(found, epoch.snapshots, job.store, std::min(job.fetch.timeout, left), clock);
    std::move(ports.begin(), ports.end(), std::back_inserter(epoch.snapshots));
  }
  std::move(found.failures.begin(), found.failures.end(), std::back_inserter(epoch.snapshots));
  epoch.ended = clock.now();
  std::sort(epoch.snapshots.begin(), epoch.snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    return std::tie(a.target, a.endpoint) < std::tie(b.target, b.endpoint);
  });
  return epoch;
}

}  // namespace

std::optional<CollectedEpoch> collect_epoch(const Job& job, const Clock& clock, const Network& network) {
  const auto lock = StoreLock::try_acquire(job.store);
  if (!lock) return std::nullopt;
  const Time began = clock.now();
  Epoch epoch;
  CollectedEpoch out;
  try {
    Recorder recorder = Recorder::open(job.store);
    Found found;
    epoch = photograph(job, clock, network, found);
    out.number = record(recorder, epoch, declared(job, found.targets), job.store, *lock);
  } catch (const Failure& failure) {
    note(*lock, loss_of(began, failure));
    throw;
  }
  if (!lock->note().empty()) lock->leave_note("");
  std::set<std::string> labels;
  for (const Snapshot& snapshot : epoch.snapshots) labels.insert(snapshot.target);
  out.targets = labels.size();
  try {
    // One run at most: an epoch must not wait for much.
    if (job.retention.age || job.retention.size) prune(job.store, job.retention, 1);
  } catch (const Failure& failure) {
    out.not_pruned = failure.what();  // the epoch is recorded all the same
  }
  out.took = epoch.ended - epoch.started;
  for (Snapshot& snapshot : epoch.snapshots) {
    if (snapshot.body) out.bytes += snapshot.body->size();
    snapshot.body.reset();
    if (snapshot.failure) out.failures.push_back(std::move(snapshot));
  }
  return out;
}

bool note_missed(const std::filesystem::path& store, const Loss& missed) {
  const auto lock = StoreLock::try_acquire(store);
  if (lock) note(*lock, missed);
  return lock.has_value();
}

std::size_t failed_targets(const CollectedEpoch& epoch) {
  std::set<std::string_view> labels;
  for (const Snapshot& snapshot : epoch.failures) labels.insert(snapshot.target);
  return labels.size();
}

std::string describe_failure(const Snapshot& snapshot) {
  return fmt::format("{}/{}: {}: {}", printable(snapshot.target), name(snapshot.endpoint),
                     name(snapshot.failure->failure), printable(snapshot.failure->text));
}

std::string describe(const CollectedEpoch& epoch, bool verbose) {
  std::map<std::string, FailureClass> failed;
  for (const Snapshot& snapshot : epoch.failures)
    failed.try_emplace(snapshot.target, snapshot.failure->failure);
  std::string out = fmt::format("epoch {}: {} of {} targets answered, {}", epoch.number,
                                epoch.targets - failed.size(), epoch.targets, format_duration(epoch.took));
  if (verbose) {
    for (const Snapshot& snapshot : epoch.failures) out += "\n  " + describe_failure(snapshot);
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
