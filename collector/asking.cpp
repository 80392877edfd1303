#include "collector/asking.hpp"

#include "collector/port_prober.hpp"
#include "schema/recording.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <memory>

namespace natsrec {

Before asked_last(const std::filesystem::path& store) {
  const auto recording = std::make_shared<Recording>(Recording::open(store));
  const auto newest = recording->newest(1);
  if (newest.empty() || !newest.back().deployment) return {};
  const auto answered = [recording](const std::string& label, std::size_t last) {
    const auto epochs = recording->newest(last);
    return std::any_of(epochs.begin(), epochs.end(), [&](const EpochInfo& epoch) {
      const auto snapshot = recording->snapshot(epoch.number, label, Endpoint::varz);
      return snapshot && !snapshot->failure;
    });
  };
  return {recording->deployment(*newest.back().deployment).targets, answered};
}

Found find_targets(const std::vector<Source>& sources, const std::filesystem::path& store,
                   const FetchOptions& options, const Clock& clock, Resolver& resolver) {
  const bool names = std::any_of(sources.begin(), sources.end(),
                                 [](const Source& source) { return source.kind != Source::Kind::url; });
  const Before last = names && std::filesystem::exists(store) ? asked_last(store) : Before{};
  // What is left of the budget is for the servers, which are what counts.
  return discover(sources, last, resolver, clock, std::min(options.timeout, options.budget / 2));
}

std::vector<Snapshot> ask(Found& found, const FetchOptions& options, const Network& network) {
  // Where there are none it has nothing to wait for.
  const auto launch = found.accounts.empty() ? std::launch::deferred : std::launch::async;
  auto accounts = std::async(launch, [&] { return network.accounts.fetch(found.accounts, options); });
  std::vector<Snapshot> out = network.http.fetch(found.targets, options);
  for (AccountAnswer& answer : accounts.get()) {
    std::move(answer.snapshots.begin(), answer.snapshots.end(), std::back_inserter(out));
    std::move(answer.targets.begin(), answer.targets.end(), std::back_inserter(found.targets));
  }
  return out;
}

std::vector<Snapshot> ask_ports(const Found& found, const std::vector<Snapshot>& answers,
                                const std::filesystem::path& store, Duration patience, const Clock& clock) {
  std::map<std::string_view, std::string_view> bodies;
  for (const Snapshot& answer : answers)
    if (answer.endpoint == Endpoint::varz && answer.body && !answer.failure)
      bodies.emplace(answer.target, *answer.body);
  std::optional<Recording> recording;
  const auto listed_before = [&](const std::string& label) -> std::vector<Listener> {
    if (!recording) recording = Recording::open(store);
    const auto before = recording->snapshot(recording->last_number(), label, Endpoint::ports);
    return before && before->body ? listeners_before(*before->body) : std::vector<Listener>{};
  };
  std::vector<Probe> probes;
  for (const Target& target : found.targets) {
    const auto body = bodies.find(target.label);
    if (body != bodies.end()) {
      // What answers over an account is on a host of its own, which its URL does not tell.
      const bool by_account =
          std::any_of(found.accounts.begin(), found.accounts.end(),
                      [&](const Found::Account& each) { return each.account.label == target.via; });
      probes.push_back({target.label, listeners_in(body->second, by_account ? "" : host_of(target.url))});
    } else {
      probes.push_back({target.label, listed_before(target.label)});
    }
  }
  return probe_ports(probes, patience, clock);
}

}  // namespace natsrec
