#include "schema/failure.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "tests/unit/test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace natsrec;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

Snapshot answer(const std::string& target, Endpoint endpoint, const std::string& body, Time asked = start) {
  return {target, endpoint, asked, asked + 3ms, 200, std::nullopt, body};
}

Epoch two_targets(Time started = start) {
  Epoch epoch;
  epoch.started = started;
  epoch.ended = started + 40ms;
  epoch.interval = 15s;
  epoch.snapshots = {answer("a1", Endpoint::varz, R"({"server_name":"a1"})", started),
                     {"a2", Endpoint::varz, started, started + 5s, std::nullopt,
                      FetchFailure{FailureClass::timeout, "no answer in 5 s"}, std::nullopt}};
  return epoch;
}

struct Folder {
  fs::path store() const { return folder.path() / "history.db"; }
  fs::path write(const std::string& file, const std::string& bytes) const {
    std::ofstream{folder.path() / file, std::ios::binary} << bytes;
    return folder.path() / file;
  }
  void recorded(int epochs = 1) const {
    Recorder recorder = Recorder::open(store());
    for (int i = 0; i < epochs; ++i) recorder.record(two_targets(start + i * 15s));
  }
  store::TemporaryFolder folder;
};

std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

template <typename Open>
std::string refusal(Open open) {
  try {
    open();
  } catch (const Failure& failure) {
    CHECK(failure.code() == Exit::store);
    const std::string sentence = failure.what();
    CHECK(sentence.find('\n') == std::string::npos);
    return sentence;
  }
  return "not refused";
}
std::string refused_reading(const fs::path& store) {
  return refusal([&] { Recording::open(store).epochs(); });
}
std::string refused_writing(const fs::path& store) {
  return refusal([&] { Recorder::open(store).record({}); });
}

}  // namespace

TEST_CASE("an epoch comes back as it was recorded") {
  const Folder folder;
  folder.recorded();
  const Recording recording = Recording::open(folder.store());
  const Epoch epoch = recording.epoch(1);
  const Epoch expected = two_targets();
  CHECK(epoch.number == 1);
  CHECK(epoch.started == expected.started);
  CHECK(epoch.ended == expected.ended);
  CHECK(epoch.interval == expected.interval);
  REQUIRE(epoch.snapshots.size() == 2);
  const Snapshot& got = epoch.snapshots[0];
  CHECK(got.target == "a1");
  CHECK(got.endpoint == Endpoint::varz);
  CHECK(got.asked == start);
  CHECK(got.answered == start + 3ms);
  CHECK(got.status == 200);
  CHECK_FALSE(got.failure);
  CHECK(got.body == R"({"server_name":"a1"})");
}

TEST_CASE("a failure comes back with its class and text") {
  const Folder folder;
  folder.recorded();
  const auto snapshot = Recording::open(folder.store()).snapshot(1, "a2", Endpoint::varz);
  REQUIRE(snapshot);
  CHECK(snapshot->failure == FetchFailure{FailureClass::timeout, "no answer in 5 s"});
  CHECK_FALSE(snapshot->status);
  CHECK_FALSE(snapshot->body);
}

TEST_CASE("an absent time comes back absent") {
  const Folder folder;
  Epoch epoch = two_targets();
  epoch.snapshots[0].asked.reset();
  epoch.snapshots[0].answered.reset();
  epoch.interval.reset();
  Recorder::open(folder.store()).record(epoch);
  const Epoch got = Recording::open(folder.store()).epoch(1);
  CHECK_FALSE(got.snapshots[0].asked);
  CHECK_FALSE(got.snapshots[0].answered);
  CHECK_FALSE(got.interval);
}

TEST_CASE("any bytes come back, and an empty body is not an absent one") {
  const Folder folder;
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  Epoch epoch;
  epoch.snapshots = {answer("a1", Endpoint::varz, every_byte), answer("a1", Endpoint::routez, "")};
  Recorder::open(folder.store()).record(epoch);
  const Epoch got = Recording::open(folder.store()).epoch(1);
  CHECK((got.snapshots[0].body == every_byte));
  CHECK(got.snapshots[1].body == "");
}

TEST_CASE("snapshots are ordered by target, then endpoint") {
  const Folder folder;
  Epoch epoch;
  epoch.snapshots = {answer("b", Endpoint::varz, ""), answer("a", Endpoint::gatewayz, ""),
                     answer("a", Endpoint::routez, "")};
  Recorder::open(folder.store()).record(epoch);
  const Recording recording = Recording::open(folder.store());
  const Epoch got = recording.epoch(1);
  CHECK(got.snapshots[0].endpoint == Endpoint::routez);
  CHECK(got.snapshots[1].endpoint == Endpoint::gatewayz);
  CHECK(got.snapshots[2].target == "b");
  CHECK(recording.targets() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("epochs are numbered in the order of recording") {
  const Folder folder;
  {
    Recorder recorder = Recorder::open(folder.store());
    CHECK(recorder.record(two_targets(start + 1h)) == 1);
    CHECK(recorder.record(two_targets(start)) == 2);
    CHECK(recorder.newest() == start + 1h);
  }
  const auto epochs = Recording::open(folder.store()).epochs();
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[1].started == start);
}

TEST_CASE("a deployment is stored once while it does not change") {
  const Folder folder;
  Deployment deployment{15s, {{"a1", "http://a1:8222", ""}}, {}};
  {
    Recorder recorder = Recorder::open(folder.store());
    recorder.record(two_targets(), deployment);
    recorder.record(two_targets(), deployment);
    deployment.clusters.push_back({"east", {"a1"}, {}});
    recorder.record(two_targets(), deployment);
    recorder.record(two_targets());
  }
  const Recording recording = Recording::open(folder.store());
  const auto epochs = recording.epochs();
  CHECK(epochs[0].deployment == epochs[1].deployment);
  CHECK(epochs[1].deployment != epochs[2].deployment);
  CHECK_FALSE(epochs[3].deployment);
  CHECK(recording.deployment(*epochs[2].deployment) == deployment);
}

TEST_CASE("an imported epoch keeps its folder, its files and its document") {
  const Folder folder;
  Recorder::open(folder.store())
      .record_imported(two_targets(), {"20261121T000000Z", {{"a2/varz.error", "timeout"}}, " {}\r\n"});
  const Recording recording = Recording::open(folder.store());
  const auto epochs = recording.epochs();
  CHECK(epochs[0].folder == "20261121T000000Z");
  CHECK(recording.verbatim(1) == VerbatimFiles{{"a2/varz.error", "timeout"}});
  CHECK(recording.deployment_text(epochs[0].deployment.value()) == " {}\r\n");
}

TEST_CASE("each recording has an id of its own that stays") {
  const Folder one;
  const Folder other;
  one.recorded();
  other.recorded();
  const std::string id = Recording::open(one.store()).id();
  CHECK(id.size() == 32);
  CHECK(id != Recording::open(other.store()).id());
  one.recorded();
  CHECK(id == Recording::open(one.store()).id());
}

TEST_CASE("at rest the recording is one file, also after it was read") {
  const Folder folder;
  folder.recorded();
  const std::string before = read(folder.store());
  Recording::open(folder.store()).epoch(1);
  CHECK(std::distance(fs::directory_iterator{folder.folder.path()}, {}) == 1);
  CHECK((read(folder.store()) == before));
}

TEST_CASE("a reader left open costs no epoch") {
  const Folder folder;
  Recorder recorder = Recorder::open(folder.store());
  recorder.record(two_targets());
  SQLite::Database reader{folder.store().string()};
  SQLite::Statement open_query{reader, "SELECT * FROM epoch"};
  open_query.executeStep();
  CHECK(recorder.record(two_targets(start + 15s)) == 2);
  CHECK(Recording::open(folder.store()).epochs().size() == 2);
}

TEST_CASE("an open recording sees epochs that are added") {
  const Folder folder;
  folder.recorded();
  const Recording recording = Recording::open(folder.store());
  folder.recorded();
  CHECK(recording.epochs().size() == 2);
}

TEST_CASE("the store is set up as it is described") {
  const Folder folder;
  folder.recorded();
  SQLite::Database database{folder.store().string()};
  const auto pragma = [&](const char* name) {
    return database.execAndGet(std::string{"PRAGMA "} + name).getString();
  };
  CHECK(pragma("auto_vacuum") == "2");
  CHECK(pragma("journal_mode") == "wal");
  CHECK(pragma("application_id") == std::to_string(0x4E524543));
  CHECK(pragma("user_version") == "2");
  CHECK(pragma("integrity_check") == "ok");
}

TEST_CASE("a body that is damaged is given out as unknown and counted") {
  const Folder folder;
  folder.recorded();
  SQLite::Database{folder.store().string(), SQLite::OPEN_READWRITE}.exec(
      "UPDATE snapshot SET body = x'00112233' WHERE body IS NOT NULL");
  const Recording recording = Recording::open(folder.store());
  const Epoch epoch = recording.epoch(1);
  CHECK(recording.damaged() == 1);
  CHECK_FALSE(epoch.snapshots[0].body);
  CHECK(epoch.snapshots[0].failure == FetchFailure{FailureClass::other, "damaged in the store"});
}

TEST_CASE("a damaged index never passes another epoch's row off as this one's") {
  const Folder folder;
  constexpr int epochs = 9;
  folder.recorded(epochs);
  const std::string whole = read(folder.store());
  for (int number = 2; number <= epochs; ++number) {
    // SQLite's record of an index: its header, the epoch, the constant 1 for the target, and the endpoint.
    const std::string entry = std::string{"\x01\x09\x15\x01"} + static_cast<char>(number) + "varz";
    const auto at = whole.find(entry);
    REQUIRE(at != std::string::npos);
    for (int bit = 0; bit < 7; ++bit) {
      std::string bytes = whole;
      bytes[at + 4] = static_cast<char>(number ^ 1 << bit);
      folder.write("history.db", bytes);
      const Recording recording = Recording::open(folder.store());
      for (int asked = 1; asked <= epochs; ++asked) {
        const auto of_epoch = [&](const Snapshot& s) {
          return !s.asked || *s.asked == start + (asked - 1) * 15s;
        };
        const Epoch epoch = recording.epoch(asked);
        CHECK(epoch.snapshots.size() <= 2);
        CHECK(std::all_of(epoch.snapshots.begin(), epoch.snapshots.end(), of_epoch));
        const auto one = recording.snapshot(asked, "a1", Endpoint::varz);
        CHECK((!one || of_epoch(*one)));
      }
      CHECK(recording.damaged() > 0);
    }
  }
}

TEST_CASE("a body that is not as long as it was is damaged") {
  const Folder folder;
  folder.recorded();
  SQLite::Database{folder.store().string(), SQLite::OPEN_READWRITE}.exec(
      "UPDATE snapshot SET size = size + 1");
  const Recording recording = Recording::open(folder.store());
  recording.epoch(1);
  CHECK(recording.damaged() == 1);
}

TEST_CASE("reading refuses what is no recording, each with its sentence") {
  const Folder folder;
  CHECK_THAT(refused_reading(folder.store()), Catch::Contains("does not exist"));
  CHECK_THAT(refused_reading(folder.folder.path()), Catch::Contains("is a folder"));
  CHECK_THAT(refused_reading(folder.write("empty.db", "")), Catch::Contains("is empty"));
  CHECK_THAT(refused_reading(folder.write("text.db", "hello, this is a text of some length\n")),
             Catch::Contains("no SQLite file"));
  CHECK_THAT(refused_reading(folder.write("short.db", "SQLite f")), Catch::Contains("is damaged"));
}

TEST_CASE("writing refuses what is no recording, each with its sentence") {
  const Folder folder;
  CHECK_THAT(refused_writing(folder.folder.path()), Catch::Contains("is a folder"));
  CHECK_THAT(refused_writing(folder.folder.path() / "nowhere" / "history.db"),
             Catch::Contains("cannot be opened"));
  const fs::path text = folder.write("text.db", "hello, this is a text of some length\n");
  CHECK_THAT(refused_writing(text), Catch::Contains("no SQLite file"));
  CHECK(read(text) == "hello, this is a text of some length\n");
}

TEST_CASE("an empty file becomes a recording when it is written") {
  const Folder folder;
  folder.write("history.db", "");
  folder.recorded();
  CHECK(Recording::open(folder.store()).epochs().size() == 1);
}

TEST_CASE("a file that was being made when the power went is made anew") {
  const Folder folder;
  const fs::path torn = folder.folder.path() / "torn.db";
  {
    SQLite::Database database{folder.store().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    // Written before its transaction is over, so that only the journal can tell that there was nothing
    // before.
    database.exec(
        "PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))");
    fs::copy_file(folder.store(), torn);
    fs::copy_file(folder.store() += "-journal", fs::path{torn} += "-journal");
  }
  REQUIRE(fs::file_size(torn) > 16);
  std::fstream{torn, std::ios::binary | std::ios::in | std::ios::out} << std::string(16, '\0');
  CHECK(Recorder::open(torn).record(two_targets()) == 1);
  CHECK(Recording::open(torn).epoch(1).snapshots.size() == 2);
}

TEST_CASE("another application's file is refused and left alone") {
  const Folder folder;
  SQLite::Database{folder.store().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE theirs (x); PRAGMA application_id = 77");
  const std::string before = read(folder.store());
  CHECK_THAT(refused_reading(folder.store()),
             Catch::Contains("another application's SQLite file (application_id 0x4d"));
  CHECK_THAT(refused_writing(folder.store()), Catch::Contains("another application's"));
  CHECK((read(folder.store()) == before));
}

TEST_CASE("SQLite files without application id are another application's too") {
  const Folder folder;
  SQLite::Database{folder.store().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE t (x)");
  CHECK_THAT(refused_writing(folder.store()), Catch::Contains("another application's"));
}

TEST_CASE("a newer store is refused with both versions") {
  const Folder folder;
  folder.recorded();
  SQLite::Database{folder.store().string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 7");
  CHECK_THAT(refused_reading(folder.store()),
             Catch::Contains("store version 7, this program knows versions up to 2"));
  CHECK_THAT(refused_writing(folder.store()),
             Catch::Contains("store version 7, this program knows versions up to 2"));
}

TEST_CASE("a truncated store is refused wherever it was cut") {
  const Folder folder;
  folder.recorded(3);
  const std::string whole = read(folder.store());
  REQUIRE(whole.size() % 16384 == 0);
  for (std::size_t size = 1; size < whole.size(); size += size < 4096 ? 61 : 1531) {
    INFO(size);
    const fs::path cut = folder.write("cut.db", whole.substr(0, size));
    CHECK_THAT(refused_reading(cut), Catch::Contains("is damaged"));
    CHECK_THAT(refused_writing(cut), Catch::Contains("is damaged"));
  }
}

TEST_CASE("a store whose tables are gone is damaged") {
  const Folder folder;
  folder.recorded();
  SQLite::Database{folder.store().string(), SQLite::OPEN_READWRITE}.exec(
      "DROP TABLE verbatim; DROP TABLE snapshot");
  CHECK_THAT(refusal([&] { Recording::open(folder.store()).epoch(1); }), Catch::Contains("is damaged"));
}

TEST_CASE("an epoch that is not there is said so") {
  const Folder folder;
  folder.recorded();
  CHECK_THAT(refusal([&] { Recording::open(folder.store()).epoch(2); }), Catch::Contains("has no epoch 2"));
}

TEST_CASE("names that mean something to SQLite are names") {
  const Folder folder;
  for (const char* name : {"a?b#c%20.db", "file:x.db"}) {
    Recorder::open(folder.folder.path() / name).record(two_targets());
    CHECK(Recording::open(folder.folder.path() / name).epochs().size() == 1);
    CHECK(fs::exists(folder.folder.path() / name));
  }
}
