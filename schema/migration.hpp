#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

namespace natsrec::store {

/// What 002_sealed.sql leaves to us: the checksums and the chain of digests of what was recorded without.
void add_checksums(SQLite::Database& database);

}  // namespace natsrec::store
