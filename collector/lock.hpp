#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace natsrec {

/// One collector at a time: flock on `<store>.lock`. What counts is the lock, never that the file exists, so
/// a killed collector leaves nothing to clean up. The file has room for a note from one run to the next,
/// which is taken while there is some: a disk that is full by then cannot refuse it.
class StoreLock {
 public:
  /// Nothing if another process holds it. Failure(Exit::store) if the lock file cannot be made.
  static std::optional<StoreLock> try_acquire(const std::filesystem::path& store);
  StoreLock(StoreLock&& other) noexcept;
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock();

  /// What was noted last; empty if nothing was.
  std::string note() const;
  /// Of `note_size` bytes at most; empty to have none. Where it cannot be written nothing is.
  void leave_note(std::string_view text) const;
  static constexpr std::size_t note_size = 4096;

 private:
  explicit StoreLock(int file) : file_(file) {}
  void make_room() const;
  int file_;
};

}  // namespace natsrec
