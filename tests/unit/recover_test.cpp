#include "schema/codec.hpp"
#include "schema/failure.hpp"
#include "schema/leaf_rows.hpp"
#include "schema/maintenance.hpp"
#include "schema/recording.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/verify.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/test.hpp"

#include <filesystem>

// What is saved of a file in which SQLite finds its way no more.

using namespace natsrec;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

Epoch epoch_of(std::int64_t number) {
  Epoch out;
  out.started = out.ended = start + number * 15s;
  out.interval = 15s;
  std::string body = std::to_string(number) + ": ";
  for (int i = 0; i < 3000; ++i) body += std::to_string(i * number * 7919 % 9973);
  out.snapshots = {{"a1", Endpoint::varz, out.started, out.started + 3ms, 200, std::nullopt, body},
                   {"a2", Endpoint::healthz, out.started, out.started, std::nullopt,
                    FetchFailure{FailureClass::refused, "nobody"}, std::nullopt}};
  return out;
}

struct Wreck {
  Wreck() {
    Recorder recorder = Recorder::open(store);
    for (std::int64_t number = 1; number <= epochs; ++number)
      recorder.record(epoch_of(number), Deployment{15s, {}, {}});
  }
  void overwrite(std::size_t at, const std::string& bytes) const {
    std::string file = read_bytes(store, 1u << 30);
    write_bytes(store, file.replace(at, bytes.size(), bytes));
  }
  /// Everything comes back.
  void check_recovered() const {
    const fs::path good = folder.path() / "good.db";
    const Recovered saved = recover(store, good);
    CHECK(saved.epochs == epochs);
    CHECK(saved.snapshots == 2 * epochs);
    CHECK(verify(good, false).damage.empty());
    const Recording recording = Recording::open(good);
    for (std::int64_t number = 1; number <= epochs; ++number) {
      const Epoch got = recording.epoch(number);
      CHECK(got.started == epoch_of(number).started);
      REQUIRE(got.snapshots.size() == 2);
      CHECK((got.snapshots[0].body == epoch_of(number).snapshots[0].body));
      CHECK(got.snapshots[1].failure == epoch_of(number).snapshots[1].failure);
    }
  }

  static constexpr std::int64_t epochs = 90;
  store::TemporaryFolder folder;
  fs::path store = folder.path() / "history.db";
};

}  // namespace

TEST_CASE("rows are found page by page as SQLite finds them, also where they go on in other pages") {
  const store::TemporaryFolder folder;
  const fs::path file = folder.path() / "any.db";
  {
    SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("PRAGMA page_size = 1024; CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)");
    SQLite::Statement insert{database, "INSERT INTO t VALUES (?, ?, ?)"};
    for (int i = 0; i < 300; ++i) {
      const std::int64_t number = (i % 2 == 0 ? 1 : -1) * (std::int64_t{1} << i % 63);
      insert.bind(1, i + 1);
      insert.bind(2, number);
      insert.bind(3, std::string(static_cast<std::size_t>(i * 31), static_cast<char>('a' + i % 26)));
      insert.exec();
      insert.reset();
    }
  }
  std::int64_t found = 0;
  each_row(read_bytes(file, 1u << 30), [&](std::int64_t rowid, const std::vector<RawValue>& values) {
    if (values.size() != 3) return;  // the schema's own
    const auto i = static_cast<int>(rowid - 1);
    ++found;
    CHECK(values[0].kind == RawValue::Kind::null);
    CHECK(values[1].integer == (i % 2 == 0 ? 1 : -1) * (std::int64_t{1} << i % 63));
    CHECK(
        (values[2].bytes == std::string(static_cast<std::size_t>(i * 31), static_cast<char>('a' + i % 26))));
  });
  CHECK(found == 300);
}

TEST_CASE("a recording whose header is damaged is recovered") {
  const Wreck wreck;
  wreck.overwrite(3, "x");
  CHECK_THROWS_AS(Recording::open(wreck.store), Failure);
  wreck.check_recovered();
}

TEST_CASE("a recording that has lost its schema is recovered") {
  const Wreck wreck;
  wreck.overwrite(100, std::string(12, '\0'));
  CHECK_THROWS_AS(Recording::open(wreck.store).epochs(), Failure);
  wreck.check_recovered();
}

TEST_CASE("a damaged row that says it is another one does not take its place") {
  const Wreck wreck;
  const std::string file = read_bytes(wreck.store, 1u << 30);
  const std::string key_of_88 = std::string(1, '\x58') + '\x02' + "healthz";
  constexpr std::size_t page = 16384;
  constexpr char table_leaf = 13;
  std::size_t row = file.find(key_of_88);
  while (row != std::string::npos && file[row / page * page] != table_leaf)
    row = file.find(key_of_88, row + 1);
  REQUIRE(row != std::string::npos);
  wreck.overwrite(row, std::string(1, '\x59'));

  const fs::path good = wreck.folder.path() / "good.db";
  CHECK(recover(wreck.store, good).snapshots == 2 * Wreck::epochs - 1);
  CHECK(Recording::open(good).epoch(89).snapshots.at(1).failure == epoch_of(89).snapshots[1].failure);
}

TEST_CASE("a recording of version 1 is recovered") {
  const store::TemporaryFolder folder;
  const fs::path old = folder.path() / "old.db";
  {
    SQLite::Database database{old.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    store::make_version(database, 1);
    database.exec(
        "INSERT INTO target VALUES (1, 'a1'); INSERT INTO deployment VALUES (1, '{}');"
        "INSERT INTO epoch VALUES (1, 1000000, 1000003, 15000000, 1, NULL), (2, 2000000, 2000003, NULL, "
        "NULL, NULL)");
    SQLite::Statement insert{
        database, "INSERT INTO snapshot VALUES (?, 1, 'varz', 1000000, 1000001, 200, NULL, NULL, 4, ?)"};
    for (const int epoch : {1, 2}) {
      const std::string blob = codec::encode("body");
      insert.bind(1, epoch);
      sql::bind_blob(insert, 2, blob);
      insert.exec();
      insert.reset();
    }
  }
  const Recovered saved = recover(old, folder.path() / "good.db");
  CHECK(saved.epochs == 2);
  CHECK(saved.lost.empty());
  const Recording recording = Recording::open(folder.path() / "good.db");
  CHECK(recording.epoch(2).snapshots.at(0).body == "body");
  CHECK(recording.id() == Recording::open(old).id());
}

TEST_CASE("what is no recording at all is not recovered, and says why") {
  const store::TemporaryFolder folder;
  write_bytes(folder.path() / "text.db", std::string(100'000, 'x'));
  CHECK_THROWS_WITH(recover(folder.path() / "text.db", folder.path() / "good.db"),
                    Catch::Contains("no epoch is left in it"));
  CHECK_FALSE(fs::exists(folder.path() / "good.db"));
}
