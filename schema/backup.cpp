#include "schema/failure.hpp"
#include "schema/maintenance.hpp"
#include "schema/new_file.hpp"
#include "schema/printable.hpp"
#include "schema/read_access.hpp"
#include "schema/store.hpp"

#include <SQLiteCpp/Backup.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace natsrec {

void backup(const std::filesystem::path& store, const std::filesystem::path& to) {
  NewFile file{to};
  store::ReadAccess access{store};
  store::guarded(file.path(), [&] {
    SQLite::Database copy{std::filesystem::absolute(file.path()).string(),
                          SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, store::busy_timeout_ms};
    SQLite::Backup pages{copy, access.database()};
    // All in one step: one moment of the recording, which a collector may go on writing to.
    if (pages.executeStep(-1) != SQLITE_DONE)
      throw StoreFailure("store_locked",
                         fmt::format("{} cannot be copied: it is locked by another program; try again later",
                                     printable(store.string())));
  });
  file.keep();
}

}  // namespace natsrec
