#pragma once
#include <filesystem>
#include <optional>

namespace natsrec {

/// One collector at a time: flock on `<store>.lock`. What counts is the lock, never that the file exists, so
/// a killed collector leaves nothing to clean up.
class StoreLock {
 public:
  /// Nothing if another process holds it. Failure(Exit::store) if the lock file cannot be made.
  static std::optional<StoreLock> try_acquire(const std::filesystem::path& store);
  StoreLock(StoreLock&& other) noexcept;
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock();

 private:
  explicit StoreLock(int file) : file_(file) {}
  int file_;
};

}  // namespace natsrec
