#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace natsrec::store {

/// Opens a recording to be written: made if there is none, of the newest version, set up so that what is
/// committed survives. Failure(Exit::store) if it is not ours, newer than we are, damaged or not writable.
SQLite::Database open_to_write(const std::filesystem::path& store);

/// Moves what is committed from the -wal into the file, so that at rest the evidence is one file.
void checkpoint(SQLite::Database& database);

}  // namespace natsrec::store
