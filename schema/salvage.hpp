#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace natsrec::store {

/// Makes a recording of all rows that can be found in a file, page by page, where SQLite cannot find its way
/// in it any more. What comes of it has every damage there is but that of structure: no row of it is proven.
/// `copy` is made, in a version that is current.
void salvage(const std::filesystem::path& store, const std::filesystem::path& copy);

/// Whether SQLite can walk all of a database.
bool is_walkable(SQLite::Database& database);

}  // namespace natsrec::store
