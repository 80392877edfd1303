#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>

namespace natsrec::store {

/// A temporary folder that goes away with its object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A recording opened so that reading it changes nothing, also where nothing can be changed.
///
/// SQLite reads a WAL store through two helper files beside it (-wal, -shm). Where it may make them, it is
/// opened as usual. On a read-only medium, on a full one, or where file or folder belong to somebody else, it
/// must not or cannot: without a -wal the file is all there is and is read as immutable; with one, both are
/// copied and the copy is read. A recording of an older version is copied too, and the copy migrated.
class ReadAccess {
 public:
  /// Failure(Exit::store) if the file is no recording this program can read.
  explicit ReadAccess(const std::filesystem::path& store);
  SQLite::Database& database() { return *database_; }

 private:
  std::unique_ptr<TemporaryFolder> copy_;  ///< declared first: outlives the database in it
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace natsrec::store
