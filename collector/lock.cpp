#include "collector/lock.hpp"

#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace natsrec {

namespace fs = std::filesystem;

std::optional<StoreLock> StoreLock::try_acquire(const fs::path& store) {
  std::error_code none;
  // Where links lead: a store has one lock, whatever it is called by.
  const fs::path resolved = fs::weakly_canonical(store, none);
  const fs::path path = fs::path{none ? store : resolved} += ".lock";
  StoreLock lock{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (lock.file_ < 0) {
    throw Failure(Exit::store,
                  fmt::format("{} cannot be made: {}; check that the recording's folder exists and may be "
                              "written by this user",
                              printable(path.string()), std::strerror(errno)));
  }
  if (flock(lock.file_, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return std::nullopt;
  throw Failure(Exit::store,
                fmt::format("{} cannot be locked: {}", printable(path.string()), std::strerror(errno)));
}

StoreLock::StoreLock(StoreLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

StoreLock::~StoreLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace natsrec
