#include "schema/read_access.hpp"

#include "schema/printable.hpp"
#include "schema/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace natsrec::store {
namespace {

namespace fs = std::filesystem;
using DatabasePtr = std::unique_ptr<SQLite::Database>;

/// SQLite's file: URIs give these a meaning of their own.
std::string uri(const fs::path& path) {
  std::string out = "file://";
  for (const char c : path.string()) {
    if (c == '%' || c == '?' || c == '#') {
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

bool may_write(const fs::path& store) {
  return access(store.c_str(), W_OK) == 0 && access(store.parent_path().c_str(), W_OK) == 0;
}

/// Both ways below read only. A connection that could write also clears SQLite's helper files away when it is
/// the last to close, so that reading leaves nothing behind; but it would also move pending pages from -wal
/// to the store, which is the collector's to do.
DatabasePtr open_in_place(const fs::path& store) {
  const int mode = has_pending_wal(store) ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE;
  auto database = std::make_unique<SQLite::Database>(store.string(), mode, busy_timeout_ms);
  database->exec("PRAGMA query_only = ON");
  return database;
}

DatabasePtr open_immutable(const fs::path& store) {
  return std::make_unique<SQLite::Database>(uri(store), SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                                            busy_timeout_ms);
}

/// Whether SQLite could make its helper files: a full disk leaves no room for them.
bool has_its_files(SQLite::Database& database) {
  try {
    database.execAndGet("SELECT count(*) FROM sqlite_schema");
    return true;
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode() & 0xff;
    return code != SQLITE_IOERR && code != SQLITE_FULL && code != SQLITE_CANTOPEN;
  }
}

/// Copies the store and what belongs to it, and says why.
fs::path copy_to(const fs::path& folder, const fs::path& store, const char* why) {
  fmt::print(stderr, "{}: {}: reading a copy in {}\n", printable(store.string()), why,
             printable(folder.string()));
  fs::path copy = folder / "copy.db";
  std::error_code error;
  // The -wal first: what a writer moves from it to the store meanwhile is then in both, not in neither.
  if (has_pending_wal(store)) fs::copy_file(wal_of(store), wal_of(copy), error);
  if (!error) fs::copy_file(store, copy, error);
  if (error) {
    throw Failure(Exit::store,
                  fmt::format("{} cannot be copied to {}: {}; set TMPDIR to a folder with room",
                              printable(store.string()), printable(folder.string()), error.message()));
  }
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write, error);
  fs::permissions(wal_of(copy), fs::perms::owner_read | fs::perms::owner_write, error);
  return copy;
}

DatabasePtr open_migrated(const fs::path& copy) {
  auto database = std::make_unique<SQLite::Database>(copy.string(), SQLite::OPEN_READWRITE, busy_timeout_ms);
  migrate(*database, copy);
  database->exec("PRAGMA query_only = ON");
  return database;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "nats-recorder-XXXXXX").string();
  if (error || !mkdtemp(name.data())) {
    throw Failure(Exit::store, fmt::format("no temporary folder can be made: {}; set TMPDIR to one with room",
                                           error ? error.message() : std::strerror(errno)));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

ReadAccess::ReadAccess(const fs::path& store) {
  require_sqlite_file(store);
  guarded(store, [&] {
    // Absolute, so that no name is one of SQLite's special ones (":memory:").
    const fs::path path = fs::absolute(store);
    if (may_write(path)) database_ = open_in_place(path);
    if (database_ && has_its_files(*database_)) {
      // As usual.
    } else if (!has_pending_wal(path)) {
      database_ = open_immutable(path);
    } else {
      copy_ = std::make_unique<TemporaryFolder>();
      database_ = open_in_place(
          copy_to(copy_->path(), store, "read-only or without room, with a -wal file beside it"));
    }
    require_recording(*database_, store);
    if (is_current(*database_)) return;
    // The store is not ours to change while we read it.
    const fs::path source = copy_ ? copy_->path() / "copy.db" : store;
    auto folder = std::make_unique<TemporaryFolder>();
    auto migrated = open_migrated(copy_to(folder->path(), source, "written by an older version"));
    database_ = std::move(migrated);
    copy_ = std::move(folder);
  });
}

}  // namespace natsrec::store
