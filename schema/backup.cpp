#include "schema/failure.hpp"
#include "schema/maintenance.hpp"
#include "schema/new_file.hpp"
#include "schema/read_access.hpp"
#include "schema/store.hpp"

#include <SQLiteCpp/Backup.h>

namespace natsrec {

void backup(const std::filesystem::path& store, const std::filesystem::path& to) {
  NewFile file{to};
  store::ReadAccess access{store};
  store::guarded(file.path(), [&] {
    SQLite::Database copy{std::filesystem::absolute(file.path()).string(),
                          SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, store::busy_timeout_ms};
    SQLite::Backup pages{copy, access.database()};
    // All in one step: one moment of the recording, which a collector may go on writing to.
    pages.executeStep(-1);
  });
  file.keep();
}

}  // namespace natsrec
