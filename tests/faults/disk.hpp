#pragma once
#include "tests/bench/random.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A disk that can fail under SQLite and under us. What is written goes to real files at once, so that
/// everybody reads it, as out of the page cache; what was not synced yet is also kept apart, write by write,
/// so that at any moment can be told what a power cut would leave.
///
/// A power cut leaves of each file what was synced last and any part of what came after: each sector of each
/// write is there or not. Metadata is journaled, as on ext4 and XFS: a sync of anything makes files that were
/// removed before stay removed, and a file that is not there has nothing in it.
namespace natsrec::faults {

/// How a disk refuses: what SQLite is told, and what the system said.
enum class Refusal : std::uint8_t {
  full,         ///< ENOSPC on a write
  short_write,  ///< ENOSPC after half of it
  quota,        ///< EDQUOT on a write
  broken,       ///< EIO on a sync; what was to be synced will never be
};
inline constexpr Refusal all_refusals[] = {Refusal::full, Refusal::short_write, Refusal::quota,
                                           Refusal::broken};
std::string_view name(Refusal refusal);

class Disk {
 public:
  /// Makes SQLite use it for all databases opened from now on.
  static Disk& instance();

  /// Looks on from now on, as from a moment when everything is synced; without it the disk is one that never
  /// fails.
  void watch(std::function<void()> before_each_sync);
  void leave();

  /// Refuses the operation after so many more, and all after it. Both end with `leave`.
  void refuse_after(std::int64_t operations, Refusal refusal);
  bool refused() const { return refused_; }

  /// What a power cut at this moment leaves of the files of this folder, by name.
  using Files = std::map<std::string, std::string>;
  Files after_power_cut(const std::string& folder, bench::Random& random, bool nothing_unsynced) const;

  // For the layers below SQLite and below us.
  void opened(const std::string& path, bool made);
  void written(const std::string& path, std::int64_t offset, std::string_view bytes);
  void truncated(const std::string& path, std::int64_t size);
  void removed(const std::string& path);
  void renamed(const std::string& from, const std::string& to);
  void syncing(const std::string& path);
  void synced(const std::string& path);
  void folder_synced();
  /// Whether a write, or a sync, is to be refused now.
  std::optional<Refusal> refuses(bool sync);
  bool watching() const { return watching_; }

 private:
  Disk() = default;

  struct Change {
    enum class Kind : std::uint8_t { write, truncate, remove, rename } kind;
    std::int64_t offset = 0;  ///< of what is written; the new size
    std::string bytes;        ///< what is written; all that is in a file that got this name
  };
  struct File {
    std::optional<std::string> synced;  ///< absent: after a power cut it may not be there
    std::vector<Change> changes;
  };
  static std::optional<std::string> left_of(const File& file, bench::Random& random, bool nothing_unsynced);

  bool watching_ = false;
  bool refused_ = false;
  std::function<void()> before_each_sync_;
  std::optional<std::pair<std::int64_t, Refusal>> refusal_;
  std::map<std::string, File> files_;
};

}  // namespace natsrec::faults
