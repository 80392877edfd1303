#include "collector/lock.hpp"

#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
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
  if (flock(lock.file_, LOCK_EX | LOCK_NB) == 0) {
    lock.make_room();
    return lock;
  }
  if (errno == EWOULDBLOCK) return std::nullopt;
  throw Failure(Exit::store,
                fmt::format("{} cannot be locked: {}", printable(path.string()), std::strerror(errno)));
}

void StoreLock::make_room() const {
  struct stat status {};
  const auto size = static_cast<off_t>(note_size);
  if (fstat(file_, &status) != 0 || status.st_size >= size) return;
  const std::string blank(static_cast<std::size_t>(size - status.st_size), '\n');
  // Bytes rather than a reservation: what is written over later needs no room on most file systems.
  if (pwrite(file_, blank.data(), blank.size(), status.st_size) > 0) fdatasync(file_);
}

std::string StoreLock::note() const {
  std::string out(note_size, '\0');
  const ssize_t got = pread(file_, out.data(), out.size(), 0);
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  out.erase(out.find_last_not_of('\n') + 1);
  return out;
}

void StoreLock::leave_note(std::string_view text) const {
  if (text.size() > note_size) return;
  std::string all{text};
  all.resize(note_size, '\n');
  if (pwrite(file_, all.data(), all.size(), 0) > 0) fdatasync(file_);
}

StoreLock::StoreLock(StoreLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

StoreLock::~StoreLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace natsrec
