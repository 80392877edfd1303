#include "analyzer/commands/observations.hpp"

#include "analyzer/commands/analysis.hpp"
#include "analyzer/report/json.hpp"
#include "schema/failure.hpp"
#include "schema/read_access.hpp"
#include "schema/run.hpp"
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

/// A history of three runs: the first sealed, the second in part, the third in rows.
struct Store {
  Store() {
    auto mesh = three();
    Recorder recorder = Recorder::open(path());
    for (int i = 0; i < 2 * run_length + 12; ++i) {
      if (i == 30) mesh.cut("a1", "a2");
      if (i == 40) mesh.connect("a1", "a2");
      if (i == 70) mesh.die("a3");
      if (i == 90) mesh.start("a3");
      if (i == 130) mesh.die("a2", FakeMesh::Reach::silent);
      mesh.epoch_after(10s);
      recorder.record(mesh.snapshot());
    }
  }
  std::filesystem::path path() const { return folder.path() / "history.db"; }
  void exec(const std::string& statement) const {
    SQLite::Database{path().string(), SQLite::OPEN_READWRITE}.exec(statement);
  }
  store::TemporaryFolder folder;
};

/// What a replay tells that reads and decodes one epoch after the other.
std::string told_epoch_by_epoch(const Store& store) {
  const auto recording = Recording::open(store.path());
  Decoder decoder;
  Replay story;
  for (const auto& info : recording.epochs())
    story.step(info, observe(recording.epoch(info.number), decoder), nullptr);
  return incidents_json(assemble(story, {recording.id(), "history.db", recording.damaged()}, {}));
}

std::string told_with(const Store& store, unsigned threads) {
  const auto recording = Recording::open(store.path());
  Replay story;
  replay(recording, {}, story, {}, threads);
  return incidents_json(assemble(story, {recording.id(), "history.db", recording.damaged()}, {}));
}

void check_all_alike(const Store& store) {
  const auto expected = told_epoch_by_epoch(store);
  for (const unsigned threads : {1u, 2u, 3u, 8u}) {
    INFO(threads);
    CHECK(told_with(store, threads) == expected);
  }
}

}  // namespace

TEST_CASE("a replay tells the same with any number of threads") {
  const Store store;
  CHECK(Recording::open(store.path()).sealed_run(0).size() == 12);
  CHECK(Recording::open(store.path()).sealed_run(2).empty());
  CHECK(told_epoch_by_epoch(store).find("route_down") != std::string::npos);
  check_all_alike(store);
}

TEST_CASE("what is damaged is unknown and counted, with any number of threads") {
  const Store store;
  store.exec(
      "UPDATE chunk SET content = substr(content, 2) WHERE run = 0 AND endpoint = 'routez' AND target = 1");
  store.exec("UPDATE snapshot SET checksum = checksum + 1 WHERE epoch = 135 AND endpoint = 'varz'");
  store.exec("UPDATE epoch SET ended_us = ended_us + 1 WHERE number = 20");
  check_all_alike(store);
}

TEST_CASE("a series that a run has lost is missing, with any number of threads") {
  const Store store;
  store.exec("DELETE FROM chunk WHERE run = 0 AND endpoint = 'varz' AND target = 2");
  check_all_alike(store);
}

TEST_CASE("an epoch that cannot be read stops the replay, with any number of threads") {
  const Store store;
  const auto recording = Recording::open(store.path());
  for (const unsigned threads : {1u, 4u}) {
    Observations observations(recording, {}, threads);
    observations.next();  // so that it knows all of them
    const auto last = recording.last_number();
    store.exec("DELETE FROM epoch WHERE number = " + std::to_string(last));
    CHECK_THROWS_AS(
        [&] {
          while (observations.next()) continue;
        }(),
        Failure);
  }
}

TEST_CASE("epochs are read a page at a time, and what is damaged is counted once") {
  const Store store;
  for (const auto number : {1, 3, 4, 20, 140})
    store.exec("UPDATE epoch SET ended_us = ended_us + 1 WHERE number = " + std::to_string(number));
  const auto recording = Recording::open(store.path());
  const auto all = recording.epochs();
  REQUIRE(all.size() == 135);
  const auto numbers = [&](const Stretch& stretch, std::size_t page) {
    std::vector<std::int64_t> found;
    EpochReader epochs(recording, stretch, page);
    while (epochs.peek()) found.push_back(epochs.take().number);
    return found;
  };
  std::vector<std::int64_t> expected;
  for (const auto& info : all) expected.push_back(info.number);
  for (const std::size_t page : {1u, 2u, 3u, 45u, 134u, 135u, 136u}) CHECK(numbers({}, page) == expected);
  CHECK(recording.damaged() == 5);

  using Numbers = std::vector<std::int64_t>;
  CHECK(numbers({.after = 2, .last = 7}, 2) == Numbers{5, 6, 7});
  CHECK(numbers({.after = 2, .last = 4}, 2).empty());
  CHECK(numbers({.until = all[2].started}, 2) == Numbers{2, 5, 6});
  CHECK(numbers({.until = all[0].started - 1s}, 2).empty());
  const auto anew = Recording::open(store.path());
  EpochReader early(anew, {.until = all[0].started}, 2);
  while (early.peek()) early.take();
  CHECK(anew.damaged() == 5);  // behind the stretch too
  CHECK(numbers({.after = 138}, 1) == Numbers{139});
}
