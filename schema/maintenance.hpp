#pragma once
#include "schema/time.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

/// What is done to a recording as a whole.
namespace natsrec {

/// How much is kept. What comes first counts.
struct Retention {
  std::optional<Duration> age;        ///< before the newest epoch
  std::optional<std::uint64_t> size;  ///< bytes of the file
};

/// What retention would remove now, if anything.
struct Expired {
  std::int64_t run = 0;     ///< the oldest run
  bool by_age = false;      ///< else by size
  std::int64_t epochs = 0;  ///< in it
};
std::optional<Expired> expired(const std::filesystem::path& store, const Retention& retention);

struct Pruned {
  std::int64_t runs = 0, epochs = 0;
  bool by_age = false, by_size = false;
  std::uint64_t before = 0, after = 0;  ///< bytes of the file
};
/// Removes whole runs, the oldest first and never the newest, each in a transaction of its own, and gives the
/// space back in bounded steps. A collector must not be at work.
Pruned prune(const std::filesystem::path& store, const Retention& retention,
             std::int64_t most_runs = std::numeric_limits<std::int64_t>::max());

/// Copies a recording that may be written meanwhile. The copy is made beside `to` under another name and
/// moved there when it is whole. Failure(Exit::usage) if there is something at `to`, Failure(Exit::partly) if
/// it cannot be written.
void backup(const std::filesystem::path& store, const std::filesystem::path& to);

struct Slice {
  std::int64_t epochs = 0, lead_in = 0;  ///< lead_in of them come before the span
};
/// Writes a recording of its own with the epochs that started from `since` to `until`, and before them those
/// of `lead_in`, from which an analysis learns what is usual without reporting it. Epochs keep their numbers,
/// and the chain of digests goes on as in the original. `redacted`: with other names, see Redaction; it is
/// then a recording of its own bodies, whole like any. Failure(Exit::usage) if nothing was recorded in the
/// span.
Slice cut(const std::filesystem::path& store, const std::filesystem::path& to, Time since, Time until,
          Duration lead_in, bool redacted = false);

struct Recovered {
  std::int64_t epochs = 0, snapshots = 0;
  std::vector<std::string> lost;  ///< a sentence each
};
/// Saves every snapshot of a damaged recording that is still as it was recorded into a new one.
Recovered recover(const std::filesystem::path& store, const std::filesystem::path& to);

}  // namespace natsrec
