#include "schema/new_file.hpp"

#include "schema/failure.hpp"
#include "schema/printable.hpp"
#include "schema/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace natsrec {
namespace {

namespace fs = std::filesystem;

bool sync(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = fsync(file) == 0;
  const int error = errno;
  close(file);
  errno = error;
  return done;
}

void remove_all_of(const fs::path& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
    fs::remove(fs::path{path} += suffix, ignored);
}

}  // namespace

NewFile::NewFile(fs::path name)
    : name_(std::move(name)), path_(fs::path{name_} += fmt::format(".part{}", getpid())) {
  std::error_code none;
  if (fs::exists(fs::symlink_status(name_, none)))
    throw Failure(Exit::usage, fmt::format("{} exists; name a new file", printable(name_.string())));
  remove_all_of(path_);
}

NewFile::~NewFile() {
  if (!path_.empty()) remove_all_of(path_);
}

void NewFile::keep() {
  const fs::path folder = fs::absolute(name_).parent_path();
  if (!sync(path_) || rename(path_.c_str(), name_.c_str()) != 0 || !sync(folder))
    throw Failure(Exit::partly,
                  fmt::format("{} cannot be written: {}", printable(name_.string()), std::strerror(errno)));
  remove_all_of(path_);
  path_.clear();
}

}  // namespace natsrec
