#pragma once
#include "schema/store_failure.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

/// What reading and writing the store share: whether a file is a recording at all, and SQLite's errors as
/// sentences.
namespace natsrec::store {

/// "NREC", in every recording's header (PRAGMA application_id).
inline constexpr std::int32_t application_id = 0x4E524543;
/// How long to wait for another program's lock before giving up.
inline constexpr int busy_timeout_ms = 10'000;

/// Looks at the file without SQLite: missing, empty, a folder and files of other kinds get their own
/// sentence. Failure(Exit::store).
void require_sqlite_file(const std::filesystem::path& store);

/// Name of the file beside the store in which SQLite keeps pages that are committed but not yet moved into
/// it.
inline std::filesystem::path wal_of(const std::filesystem::path& store) {
  return std::filesystem::path{store} += "-wal";
}
bool has_pending_wal(const std::filesystem::path& store);

/// Whether the database holds nothing at all yet.
bool is_blank(SQLite::Database& database);

/// Failure(Exit::store) unless the database is a recording of a version this program can read.
void require_recording(SQLite::Database& database, const std::filesystem::path& store);

/// Whether the recording is of the version this program writes.
bool is_current(SQLite::Database& database);

/// Brings a blank database or an older recording to the current version, in one transaction.
void migrate(SQLite::Database& database, const std::filesystem::path& store);

/// Gives a blank database the tables of a version that may be an older one, to be filled and then migrated.
void make_version(SQLite::Database& database, int version);

/// The failure for what SQLite reports about this store, right after it did.
StoreFailure failure(const std::filesystem::path& store, const SQLite::Exception& error);

/// Runs `work`, with SQLite's exceptions turned into ours.
template <typename Work>
auto guarded(const std::filesystem::path& store, Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    throw failure(store, error);
  }
}

}  // namespace natsrec::store
