#include "collector/collect.hpp"

#include "collector/lock.hpp"
#include "schema/printable.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <tuple>

namespace natsrec {
namespace {

Deployment declared(const Job& job, const std::vector<Target>& targets) {
  Deployment out{job.interval, {}, job.clusters};
  for (const Target& target : targets) out.targets.push_back({target.label, target.url, target.via});
  return out;
}

/// All at once. Servers that answer through an account become targets.
std::vector<Snapshot> ask(Found& found, const FetchOptions& options, const Network& network) {
  auto accounts = std::async(std::launch::async, [&] {
    std::vector<AccountAnswer> out;
    for (const auto& [account, expected] : found.accounts)
      out.push_back(network.accounts.fetch(account, expected, options));
    return out;
  });
  std::vector<Snapshot> out = network.http.fetch(found.targets, options);
  for (AccountAnswer& answer : accounts.get()) {
    std::move(answer.snapshots.begin(), answer.snapshots.end(), std::back_inserter(out));
    std::move(answer.targets.begin(), answer.targets.end(), std::back_inserter(found.targets));
  }
  return out;
}

bool by_name(const Source& source) { return source.kind != Source::Kind::url; }

}  // namespace

Before asked_last(const std::filesystem::path& store) {
  const auto recording = std::make_shared<Recording>(Recording::open(store));
  const auto epochs = recording->epochs();
  if (epochs.empty() || !epochs.back().deployment) return {};
  const auto answered = [recording, epochs](const std::string& label, std::size_t last) {
    const auto since = epochs.end() - static_cast<std::ptrdiff_t>(std::min(last, epochs.size()));
    return std::any_of(since, epochs.end(), [&](const EpochInfo& epoch) {
      const auto snapshot = recording->snapshot(epoch.number, label, Endpoint::varz);
      return snapshot && !snapshot->failure;
    });
  };
  return {recording->deployment(*epochs.back().deployment).targets, answered};
}

Found find_targets(const Job& job, const Clock& clock, Resolver& resolver) {
  const bool names = std::any_of(job.sources.begin(), job.sources.end(), by_name);
  const Before last = names && std::filesystem::exists(job.store) ? asked_last(job.store) : Before{};
  // What is left of the budget is for the servers, which are what counts.
  return discover(job.sources, last, resolver, clock, std::min(job.fetch.timeout, job.fetch.budget / 2));
}

std::optional<CollectedEpoch> collect_epoch(const Job& job, const Clock& clock, const Network& network) {
  const auto lock = StoreLock::try_acquire(job.store);
  if (!lock) return std::nullopt;
  Recorder recorder = Recorder::open(job.store);
  Epoch epoch;
  epoch.interval = job.interval;
  epoch.started = clock.now();
  Found found = find_targets(job, clock, network.resolver);
  FetchOptions fetch = job.fetch;
  fetch.budget -= std::clamp(clock.now() - epoch.started, Duration::zero(), fetch.budget / 2);
  epoch.snapshots = ask(found, fetch, network);
  std::move(found.failures.begin(), found.failures.end(), std::back_inserter(epoch.snapshots));
  epoch.ended = clock.now();
  std::sort(epoch.snapshots.begin(), epoch.snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    return std::tie(a.target, a.endpoint) < std::tie(b.target, b.endpoint);
  });
  CollectedEpoch out;
  out.number = recorder.record(epoch, declared(job, found.targets));
  std::set<std::string> labels;
  for (const Snapshot& snapshot : epoch.snapshots) labels.insert(snapshot.target);
  out.targets = labels.size();
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
