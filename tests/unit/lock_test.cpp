#include "collector/lock.hpp"

#include "schema/failure.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/test.hpp"

#include <filesystem>

using namespace natsrec;

TEST_CASE("one collector at a time holds a store") {
  const store::TemporaryFolder folder;
  const auto path = folder.path() / "history.db";
  auto first = StoreLock::try_acquire(path);
  CHECK(first);
  CHECK_FALSE(StoreLock::try_acquire(path));
  first.reset();
  CHECK(StoreLock::try_acquire(path));
}

TEST_CASE("a lock file that a killed collector left holds nothing") {
  const store::TemporaryFolder folder;
  write_bytes(folder.path() / "history.db.lock", "left over");
  CHECK(StoreLock::try_acquire(folder.path() / "history.db"));
}

TEST_CASE("a store has one lock, whatever it is called by") {
  const store::TemporaryFolder folder;
  write_bytes(folder.path() / "history.db", "");
  std::filesystem::create_symlink("history.db", folder.path() / "link.db");
  const auto held = StoreLock::try_acquire(folder.path() / "link.db");
  CHECK_FALSE(StoreLock::try_acquire(folder.path() / "history.db"));
  CHECK_FALSE(StoreLock::try_acquire(folder.path() / "." / "history.db"));
}

TEST_CASE("a lock that cannot be made is the store's failure") {
  const store::TemporaryFolder folder;
  CHECK_THROWS_WITH(StoreLock::try_acquire(folder.path() / "nowhere" / "history.db"),
                    Catch::Contains("history.db.lock cannot be made: No such file or directory"));
}

TEST_CASE("a note stays from one holder to the next, in room that is taken beforehand") {
  const store::TemporaryFolder folder;
  const auto path = folder.path() / "history.db";
  CHECK(StoreLock::try_acquire(path)->note().empty());
  const auto size = std::filesystem::file_size(folder.path() / "history.db.lock");
  CHECK(size == StoreLock::note_size);
  StoreLock::try_acquire(path)->leave_note("lost");
  CHECK(StoreLock::try_acquire(path)->note() == "lost");
  CHECK(std::filesystem::file_size(folder.path() / "history.db.lock") == size);
  StoreLock::try_acquire(path)->leave_note("");
  CHECK(StoreLock::try_acquire(path)->note().empty());
}
