#include "schema/failure.hpp"
#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/run.hpp"
#include "schema/verify.hpp"
#include "tests/unit/test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

using namespace natsrec;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

std::string body_of(const std::string& target, std::int64_t epoch) {
  std::string out =
      "{\n  \"server_name\": \"" + target + "\",\n  \"in_msgs\": " + std::to_string(epoch * 977);
  for (int i = 0; i < 20; ++i)
    out += ",\n  \"field_" + std::to_string(i) + "\": " + std::to_string(i < 5 ? i * epoch : i);
  return out + "\n}";
}

/// Epochs as the fourth of the targets shows them: it answers from the second on, and not every time.
Epoch epoch_of(std::int64_t number) {
  Epoch out;
  out.started = start + number * 15s;
  out.ended = out.started + 40ms;
  out.interval = 15s;
  for (const std::string target : {"a1", "a2", "a3", "a4"}) {
    if (target == "a4" && number == 1) continue;
    for (const Endpoint endpoint : {Endpoint::varz, Endpoint::healthz}) {
      Snapshot s{target,
                 endpoint,
                 out.started,
                 out.started + 3ms,
                 200,
                 std::nullopt,
                 endpoint == Endpoint::varz ? body_of(target, number) : R"({"status":"ok"})"};
      if (target == "a4" && number % 7 == 0) {
        s.body.reset();
        s.status.reset();
        s.failure = FetchFailure{FailureClass::refused, "Connection refused"};
      }
      out.snapshots.push_back(std::move(s));
    }
  }
  return out;
}

struct Store {
  fs::path path() const { return folder.path() / "history.db"; }
  fs::path other(const char* name) const { return folder.path() / name; }
  void record(std::int64_t epochs) {
    Recorder recorder = Recorder::open(path());
    for (; epochs > 0; --epochs) recorder.record(epoch_of(++last));
  }
  void exec(const std::string& statement) const {
    SQLite::Database{path().string(), SQLite::OPEN_READWRITE}.exec(statement);
  }
  std::int64_t count(const std::string& query) const {
    return SQLite::Database{path().string()}.execAndGet(query).getInt64();
  }
  store::TemporaryFolder folder;
  std::int64_t last = 0;
};

void check_epoch(const Recording& recording, std::int64_t number) {
  INFO(number);
  const Epoch got = recording.epoch(number);
  const Epoch expected = epoch_of(number);
  CHECK(got.started == expected.started);
  REQUIRE(got.snapshots.size() == expected.snapshots.size());
  for (std::size_t i = 0; i < got.snapshots.size(); ++i) {
    const Snapshot& a = got.snapshots[i];
    const Snapshot& b = expected.snapshots[i];
    CHECK((a.target == b.target && a.endpoint == b.endpoint && a.asked == b.asked &&
           a.answered == b.answered && a.status == b.status && a.failure == b.failure && a.body == b.body));
    const auto one = recording.snapshot(number, a.target, a.endpoint);
    REQUIRE(one);
    CHECK(one->body == b.body);
  }
}

std::vector<std::string> places(const Verification& found) {
  std::vector<std::string> out;
  for (const auto& [place, reason] : found.damage) out.push_back(place + ": " + reason);
  return out;
}

}  // namespace

TEST_CASE("full runs become chunks, a share with each epoch, and what they hold stays the same") {
  Store store;
  store.record(62);
  CHECK(store.count("SELECT count(*) FROM chunk") == 0);
  // Watched epoch by epoch: rows, chunks and both at once are all read the same.
  for (std::int64_t more = 0; more < 65; ++more) {
    store.record(1);
    CHECK(verify(store.path(), false).damage.empty());
  }
  CHECK(store.count("SELECT count(*) FROM chunk WHERE run = 0") == 8);
  CHECK(store.count("SELECT count(*) FROM snapshot WHERE epoch < 64") == 0);
  CHECK(store.count("SELECT sealed FROM recording") == 1);
  const Recording recording = Recording::open(store.path());
  for (std::int64_t number = 1; number <= 127; ++number) check_epoch(recording, number);
  CHECK(recording.damaged() == 0);
}

TEST_CASE("a reader that was there before loses nothing while more is sealed") {
  Store store;
  store.record(65);
  const Recording recording = Recording::open(store.path());
  for (std::int64_t number = 1; number <= 63; ++number) {
    check_epoch(recording, number);
    store.record(1);
  }
  CHECK(recording.damaged() == 0);
}

TEST_CASE("a series with something damaged in it is not sealed, and the others are") {
  Store store;
  store.record(60);
  store.exec("UPDATE snapshot SET status = 201 WHERE epoch = 9 AND endpoint = 'varz' AND target = 1");
  store.record(70);
  CHECK(store.count("SELECT count(*) FROM chunk WHERE run = 0") == 7);
  CHECK(store.count("SELECT count(*) FROM snapshot WHERE epoch < 64") == 63);
  CHECK(store.count("SELECT sealed FROM recording") == 1);
  CHECK(places(verify(store.path(), false)) ==
        std::vector<std::string>{"epoch 9, a1/varz: it is not as it was recorded"});
}

TEST_CASE("verify names what was changed, and reading does not give it out as good") {
  Store store;
  store.record(130);
  const auto after = [&](const std::string& change) {
    const fs::path copy = store.other("copy.db");
    fs::copy_file(store.path(), copy, fs::copy_options::overwrite_existing);
    SQLite::Database{copy.string(), SQLite::OPEN_READWRITE}.exec(change);
    return places(verify(copy, false));
  };
  using Places = std::vector<std::string>;
  CHECK(after("UPDATE epoch SET started_us = started_us + 1 WHERE number = 70") ==
        Places{"epoch 70: its row is not as it was written"});
  CHECK(after("UPDATE snapshot SET asked_us = asked_us + 1 WHERE epoch = 129 AND target = 2 AND endpoint = "
              "'varz'") == Places{"epoch 129, a2/varz: it is not as it was recorded"});
  CHECK(after("DELETE FROM snapshot WHERE epoch = 129 AND target = 2 AND endpoint = 'varz'") ==
        Places{"epoch 129: 7 of its 8 snapshots are there"});
  CHECK_THAT(after("DELETE FROM chunk WHERE run = 0 AND target = 1 AND endpoint = 'varz'").front(),
             Catch::StartsWith("epoch 1: 5 of its 6 snapshots are there"));
  CHECK(after("DELETE FROM snapshot WHERE epoch = 129; DELETE FROM epoch WHERE number = 129") ==
        Places{"epoch 130: epochs 129 to 129 are missing"});
  CHECK(after("DELETE FROM snapshot WHERE epoch = 130; DELETE FROM epoch WHERE number = 130") ==
        Places{"epoch 130: epochs 130 to 130 are missing"});
  CHECK(after("UPDATE recording SET id = 'another'") ==
        Places{"epoch 1: it is not of this recording, or the recording's id changed"});
  CHECK(after("UPDATE epoch SET digest = x'00' WHERE number = 130") ==
        Places{"epoch 130: its digest is not that of what it holds"});
}

TEST_CASE("two epochs that changed places are told") {
  Store store;
  store.record(5);
  store.exec(
      "UPDATE snapshot SET epoch = 99 WHERE epoch = 3; UPDATE snapshot SET epoch = 3 WHERE epoch = 4; "
      "UPDATE snapshot SET epoch = 4 WHERE epoch = 99");
  CHECK(verify(store.path(), false).damage.size() >= 2);
}

TEST_CASE("a quick look opens no body but misses no epoch") {
  Store store;
  store.record(70);
  CHECK(verify(store.path(), true).damage.empty());
  store.exec("DELETE FROM snapshot WHERE epoch = 68; DELETE FROM epoch WHERE number = 68");
  CHECK(places(verify(store.path(), true)) ==
        std::vector<std::string>{"epoch 69: epochs 68 to 68 are missing"});
}

TEST_CASE("retention removes the oldest runs and says which limit asked for it") {
  Store store;
  store.record(200);
  const Pruned by_age = prune(store.path(), {Duration{100 * 15s}, std::nullopt});
  CHECK(by_age.epochs == 63);
  CHECK(by_age.by_age);
  CHECK_FALSE(by_age.by_size);
  CHECK(store.count("SELECT min(number) FROM epoch") == 64);
  CHECK(store.count("PRAGMA freelist_count") == 0);
  CHECK(verify(store.path(), false).damage.empty());
  const Pruned by_size = prune(store.path(), {std::nullopt, std::uint64_t{1}});
  CHECK(by_size.by_size);
  CHECK(by_size.after < by_age.before);
  CHECK(store.count("SELECT min(number) FROM epoch") == 192);
  CHECK(verify(store.path(), false).damage.empty());
  store.record(70);
  CHECK(verify(store.path(), false).damage.empty());
  check_epoch(Recording::open(store.path()), 270);
}

TEST_CASE("a backup is the recording, and takes no name that is taken") {
  Store store;
  store.record(70);
  backup(store.path(), store.other("copy.db"));
  CHECK(verify(store.other("copy.db"), false).damage.empty());
  check_epoch(Recording::open(store.other("copy.db")), 70);
  CHECK_THROWS_AS(backup(store.path(), store.other("copy.db")), Failure);
  CHECK(std::distance(fs::directory_iterator{store.folder.path()}, {}) == 2);
}

TEST_CASE("a slice holds its span and what comes before, with the chain of the original") {
  Store store;
  store.record(200);
  const Slice slice =
      cut(store.path(), store.other("slice.db"), start + 150 * 15s, start + 160 * 15s, 50 * 15s);
  CHECK(slice.epochs == 61);
  CHECK(slice.lead_in == 50);
  CHECK(verify(store.other("slice.db"), false).damage.empty());
  const Recording recording = Recording::open(store.other("slice.db"));
  const Recording original = Recording::open(store.path());
  CHECK(recording.id() == original.id());
  CHECK(recording.epochs().front().number == 100);
  REQUIRE(recording.report_span());
  CHECK(recording.report_span()->since == start + 150 * 15s);
  check_epoch(recording, 155);
  const auto digest_of = [](const fs::path& path) {
    return SQLite::Database{path.string()}
        .execAndGet("SELECT hex(digest) FROM epoch WHERE number = 160")
        .getString();
  };
  CHECK(digest_of(store.path()) == digest_of(store.other("slice.db")));
}

TEST_CASE("a span without epochs is no slice") {
  Store store;
  store.record(3);
  CHECK_THROWS_AS(cut(store.path(), store.other("slice.db"), start + 24h, start + 25h, 24h), Failure);
  CHECK(std::distance(fs::directory_iterator{store.folder.path()}, {}) == 1);
}

TEST_CASE("recovery saves what is whole and names the rest") {
  Store store;
  store.record(130);
  store.exec(
      "UPDATE snapshot SET status = 1 WHERE epoch = 129 AND target = 2 AND endpoint = 'varz'; "
      "UPDATE chunk SET content = x'00' WHERE run = 0 AND target = 1 AND endpoint = 'varz'");
  const Recovered saved = recover(store.path(), store.other("good.db"));
  CHECK(saved.epochs == 130);
  CHECK(saved.snapshots == 130 * 8 - 2 - 1 - 63);
  CHECK_FALSE(saved.lost.empty());
  CHECK(verify(store.other("good.db"), false).damage.empty());
  check_epoch(Recording::open(store.other("good.db")), 100);
}
