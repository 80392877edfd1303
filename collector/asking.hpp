#pragma once
#include "collector/account_fetcher.hpp"
#include "collector/clock.hpp"
#include "collector/discovery.hpp"
#include "collector/fetch.hpp"

#include <filesystem>
#include <vector>

namespace natsrec {

/// What a collector needs of the network.
struct Network {
  Resolver& resolver;
  Fetcher& http;
  AccountFetcher& accounts;
};

/// What the store's last epoch tells of its targets.
Before asked_last(const std::filesystem::path& store);

/// What the sources lead to now, beside what they led to in the store's last epoch, if there is one.
Found find_targets(const std::vector<Source>& sources, const std::filesystem::path& store,
                   const FetchOptions& options, const Clock& clock, Resolver& resolver);

/// Connects to the ports that each target's varz names, or named in the store's last epoch if it gave none
/// now.
std::vector<Snapshot> ask_ports(const Found& found, const std::vector<Snapshot>& answers,
                                const std::filesystem::path& store, Duration patience, const Clock& clock);

/// All at once. Servers that answer through an account become targets.
std::vector<Snapshot> ask(Found& found, const FetchOptions& options, const Network& network);

}  // namespace natsrec
