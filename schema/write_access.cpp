#include "schema/write_access.hpp"

#include "schema/printable.hpp"
#include "schema/store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace natsrec::store {
namespace {

namespace fs = std::filesystem;

SQLite::Database open_file(const fs::path& store) {
  std::error_code none;
  const bool create =
      !fs::exists(store, none) || (fs::is_regular_file(store, none) && fs::file_size(store, none) == 0);
  if (!create) require_sqlite_file(store);
  // Before SQLite is: it would first make -wal and -shm files of this user's, and those lock the owner out.
  if (!create && access(store.c_str(), W_OK) != 0) {
    throw Failure(Exit::store, fmt::format("{} cannot be written: {}; run as the user it belongs to",
                                           printable(store.string()), std::strerror(errno)));
  }
  // Absolute, so that no name is one of SQLite's special ones (":memory:").
  return SQLite::Database{fs::absolute(store).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                          busy_timeout_ms};
}

}  // namespace

SQLite::Database open_to_write(const fs::path& store) {
  SQLite::Database database = open_file(store);
  if (is_blank(database)) {
    // A body that moved takes 2 or 3 KB as a row: of pages of 4 KB a third would stay empty.
    database.exec("PRAGMA page_size = 16384");
    database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  }
  const bool old = !is_blank(database) && !is_current(database);
  migrate(database, store);
  // A migration writes tables anew; where the old ones were is free now.
  if (old) database.exec("PRAGMA incremental_vacuum");
  database.exec("PRAGMA foreign_keys = ON");
  // FULL because each epoch is evidence; WAL so that a reader left open in a shell never costs one. WAL
  // comes after the migration: until then a crash leaves an empty file, not half a store.
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  return database;
}

void checkpoint(SQLite::Database& database) {
  // Not waited for: while somebody reads, what can be moved is moved and the rest stays safe in the -wal.
  database.setBusyTimeout(0);
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const SQLite::Exception&) {
    // What is committed stays so; a later checkpoint moves it.
  }
  database.setBusyTimeout(busy_timeout_ms);
}

}  // namespace natsrec::store
