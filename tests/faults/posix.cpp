#include "tests/faults/disk.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

/// Our own way to the disk, where SQLite is not between: these take the place of the C library's in this
/// program.
namespace {

using natsrec::faults::Disk;

std::string path_of(int file) {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), none).string();
}

}  // namespace

extern "C" int fsync(int file) {
  Disk& disk = Disk::instance();
  if (!disk.watching()) return 0;  // nobody waits for the real disk
  if (disk.refuses(true)) {
    errno = EIO;
    return -1;
  }
  const std::string path = path_of(file);
  disk.syncing(path);
  if (std::filesystem::is_directory(path)) {
    disk.folder_synced();
  } else {
    disk.synced(path);
  }
  return 0;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0) != 0) return -1;
  const auto whole = [](const char* path) { return std::filesystem::absolute(path).string(); };
  Disk::instance().renamed(whole(from), whole(to));
  return 0;
}
