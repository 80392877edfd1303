#pragma once
#include "collector/asking.hpp"
#include "schema/deployment.hpp"
#include "schema/loss.hpp"
#include "schema/maintenance.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// What an epoch is made of: configuration and flags, resolved.
struct Job {
  std::filesystem::path store;
  std::vector<Source> sources;
  std::vector<Deployment::Cluster> clusters;
  std::optional<Duration> interval;
  FetchOptions fetch;
  Retention retention;
  Duration offset{};         ///< how much later than its slot each epoch begins
  bool probe_ports = false;  ///< connect to the ports that varz names
};

struct CollectedEpoch {
  std::int64_t number = 0;
  std::size_t targets = 0;         ///< with names that led nowhere
  std::vector<Snapshot> failures;  ///< without bodies
  Duration took{};
  std::string not_pruned;  ///< why retention could not be kept to; empty if it was
  std::size_t bytes = 0;   ///< of all bodies
};

/// Asks every target and stores what came as one epoch. Nothing if another collector holds the store.
/// Failure(Exit::store) if it cannot be stored; asked before the servers are, where that can be known. What
/// is lost that way is noted in the lock's file, and goes with the next epoch that can be stored.
std::optional<CollectedEpoch> collect_epoch(const Job& job, const Clock& clock, const Network& network);

/// Notes epochs that were not even begun, to go with the next one like those that could not be stored. False
/// if another collector holds the store; Failure(Exit::store) if its lock cannot be had.
bool note_missed(const std::filesystem::path& store, const Loss& missed);

/// How many targets had a failure.
std::size_t failed_targets(const CollectedEpoch& epoch);

/// "epoch 12: 5 of 6 targets answered, 0.1s; east2: refused"; with every failure on a line of its own if
/// `verbose`.
std::string describe(const CollectedEpoch& epoch, bool verbose = false);
/// "east2/varz: refused: Connection refused".
std::string describe_failure(const Snapshot& snapshot);

}  // namespace natsrec
