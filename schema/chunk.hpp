#pragma once
#include "schema/snapshot.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// A snapshot as it is kept.
struct StoredSnapshot {
  std::int64_t epoch = 0;
  Snapshot snapshot;
  std::uint64_t checksum = 0;  ///< as kept beside it: that it is right is still to be looked at
};

/// A chunk: the snapshots of one target and endpoint in one run, as one zstd frame. See FORMAT.md.
namespace chunk {

/// What moves has moved out into columns, and the matches that are left are long: level 3 takes twice the
/// time of level 1 and saves a hundredth.
inline constexpr int level = 1;
/// A run with more bytes than this in one series stays rows: opening its chunk would take too much memory.
inline constexpr std::size_t max_content = 256u << 20;

/// Of a target and an endpoint, in order of epochs. Nothing if it would be too large.
std::optional<std::string> seal(const std::vector<StoredSnapshot>& series);

/// Whether `open` would give exactly this series back, byte for byte.
bool gives_back(std::string_view blob, const std::vector<StoredSnapshot>& series);

/// Hands over those of epochs `first` to `last`, one after the other: a body's memory serves the next one
/// again, unless it is taken. False if the blob is damaged: what was handed over by then is worth nothing.
bool each(std::string_view blob, const std::string& target, Endpoint endpoint, std::int64_t first,
          std::int64_t last, const std::function<void(StoredSnapshot&)>& take);

/// Those of epochs `first` to `last`. Nothing if the blob is damaged.
std::optional<std::vector<StoredSnapshot>> open(std::string_view blob, const std::string& target,
                                                Endpoint endpoint, std::int64_t first, std::int64_t last);

}  // namespace chunk
}  // namespace natsrec
