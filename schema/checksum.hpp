#pragma once
#include "schema/recorder.hpp"
#include "schema/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What proves that a recording is whole: checksums over everything that is kept, whatever way it is kept,
/// and a chain of digests over the epochs. Against accidents, not against forgers: anybody can compute them.
/// FORMAT.md has the exact bytes.
namespace natsrec::checksum {

/// Over all that a snapshot is and the epoch it belongs to.
std::uint64_t of_snapshot(std::int64_t epoch, const Snapshot& snapshot);

/// What an epoch's row says.
struct EpochRow {
  std::int64_t number = 0;
  Time started, ended;
  std::optional<Duration> interval;
  std::optional<std::string> folder;
  std::int64_t snapshots = 0;
  std::optional<std::uint64_t> deployment;  ///< checksum of its document
};
std::uint64_t of_epoch(const EpochRow& row);

std::uint64_t of_deployment(std::string_view document);
std::uint64_t of_verbatim(std::string_view path, std::string_view content);

/// The previous digest of a recording's first epoch.
std::string first_digest(std::string_view recording);
/// 16 bytes. `parts` are the checksums of the snapshots by target label, then endpoint, then those of the
/// verbatim files by path.
std::string digest(std::string_view previous, std::uint64_t epoch, const std::vector<std::uint64_t>& parts);

}  // namespace natsrec::checksum
