#include "schema/store.hpp"

#include "schema/migration.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace natsrec::store {
namespace {

namespace fs = std::filesystem;

/// migrations/*.sql in order; the nth brings a store to version n.
constexpr std::array migrations{
#include "migrations.inc"
};
constexpr int current_version = static_cast<int>(migrations.size());
constexpr int first_version_with_checksums = 2;

[[noreturn]] void refuse(const fs::path& store, std::string_view what) {
  throw Failure(Exit::store, fmt::format("{} {}", printable(store.string()), what));
}

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

/// Whether the file is shorter than the database says, while no -wal can hold the rest. SQLite itself finds
/// whole pages missing, but not that the last one is cut.
bool is_cut(SQLite::Database& database, const fs::path& store) {
  const auto expected = static_cast<std::uintmax_t>(pragma(database, "page_count")) *
                        static_cast<std::uintmax_t>(pragma(database, "page_size"));
  std::error_code none;
  const auto short_now = [&] { return fs::file_size(store, none) < expected; };
  // Looked at again, because a collector may be moving pages from -wal to the store right now.
  return short_now() && !has_pending_wal(store) && short_now();
}

void to_next_version(SQLite::Database& database) {
  const int next = pragma(database, "user_version") + 1;
  database.exec(migrations.at(static_cast<std::size_t>(next - 1)));
  if (next == first_version_with_checksums) add_checksums(database);
  database.exec(fmt::format("PRAGMA user_version = {}", next));
}

/// What SQLite reports, in a word and a sentence.
struct Told {
  const char* cause;
  std::string sentence;
};

/// Whether nothing more can be written where the store is. SQLite calls some of the ways to find out an I/O
/// error.
bool has_no_room(const fs::path& store) {
  std::error_code error;
  const auto space = fs::space(fs::absolute(store, error).parent_path(), error);
  return !error && space.available < std::uintmax_t{64} * 1024;
}

Told told_of(const fs::path& store, int code, int system_error) {
  constexpr const char* make_room = "make room there, or keep less with --max-age or --max-size";
  switch (code) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // our statements are right for our tables: then these are not
      return {
          "store_damaged",
          "is damaged or truncated: restore it from a backup, or save the rest with nats-collector recover"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"store_locked", fmt::format("stayed locked by another program for {} s; try again later",
                                          busy_timeout_ms / 1000)};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {"store_not_writable", "cannot be written: it, or its folder, is read-only for this user"};
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (code != SQLITE_FULL && system_error == EDQUOT)
        return {"quota_exceeded",
                fmt::format("cannot be written: this user's quota is used up; {}", make_room)};
      if (code == SQLITE_FULL || has_no_room(store))
        return {"disk_full", fmt::format("cannot be written: the disk is full; {}", make_room)};
      if (code == SQLITE_CANTOPEN)
        return {"store_not_writable",
                "cannot be opened: check that its folder exists and may be used by this user"};
      return {"disk_error",
              "cannot be used: the disk reports an error; check it, then nats-collector verify"};
    default:
      return {"store_unusable", "cannot be used"};
  }
}

bool has_bytes(const fs::path& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return !none && size > 0;
}

}  // namespace

bool has_pending_wal(const fs::path& store) { return has_bytes(wal_of(store)); }

void require_sqlite_file(const fs::path& store) {
  std::error_code error;
  const auto status = fs::status(store, error);
  if (status.type() == fs::file_type::not_found)
    refuse(store, "does not exist; a recording is made by nats-collector");
  if (error) refuse(store, fmt::format("cannot be looked at: {}", error.message()));
  if (fs::is_directory(status)) refuse(store, "is a folder, not a recording; name the file in it");
  if (!fs::is_regular_file(status)) refuse(store, "is not a regular file, so it is no recording");
  std::ifstream file{store, std::ios::binary};
  if (!file) refuse(store, fmt::format("cannot be read: {}", std::strerror(errno)));
  std::array<char, 16> magic{};
  file.read(magic.data(), magic.size());
  if (file.gcount() == 0) refuse(store, "is empty: nothing was ever recorded in it");
  constexpr std::string_view expected{"SQLite format 3\0", 16};
  const std::string_view got{magic.data(), static_cast<std::size_t>(file.gcount())};
  if (got != expected) {
    // Where the power went while the file was made, SQLite takes back what there is of it before it reads it.
    auto journal = store;
    if (has_bytes(journal += "-journal")) return;
    refuse(store, expected.starts_with(got)
                      ? "is damaged: it ends within its first bytes; restore it from a backup"
                      : "is not a recording: it is no SQLite file");
  }
}

bool is_blank(SQLite::Database& database) {
  return pragma(database, "application_id") == 0 && pragma(database, "user_version") == 0 &&
         database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

void require_recording(SQLite::Database& database, const fs::path& store) {
  if (is_blank(database)) refuse(store, "is empty: nothing was ever recorded in it");
  const int application = pragma(database, "application_id");
  if (application != application_id) {
    refuse(store,
           fmt::format("is another application's SQLite file (application_id {:#x}, a recording has {:#x})",
                       static_cast<unsigned>(application), static_cast<unsigned>(application_id)));
  }
  const int version = pragma(database, "user_version");
  if (version > current_version) {
    refuse(store,
           fmt::format("was written by a newer NATS Recorder: it is store version {}, this program knows "
                       "versions up to {}; upgrade this program",
                       version, current_version));
  }
  if (version < 1) refuse(store, fmt::format("is damaged: there is no store version {}", version));
  if (is_cut(database, store))
    refuse(store,
           "is damaged: its end is missing; restore it from a backup, or save the rest with nats-collector "
           "recover");
}

bool is_current(SQLite::Database& database) { return pragma(database, "user_version") == current_version; }

void migrate(SQLite::Database& database, const fs::path& store) {
  if (!is_blank(database)) require_recording(database, store);
  if (is_current(database)) return;
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  // Asked again under the lock: another program may have been faster.
  while (pragma(database, "user_version") < current_version) to_next_version(database);
  transaction.commit();
}

void make_version(SQLite::Database& database, int version) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  while (pragma(database, "user_version") < version) to_next_version(database);
  transaction.commit();
}

StoreFailure failure(const fs::path& store, const SQLite::Exception& error) {
  const Told told =
      told_of(store, error.getErrorCode() & 0xff, errno);  // below an extended code is the plain one
  return {told.cause,
          fmt::format("{} {} ({})", printable(store.string()), told.sentence, printable(error.what()))};
}

}  // namespace natsrec::store
