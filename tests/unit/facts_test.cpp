#include "analyzer/facts/facts.hpp"

#include "analyzer/commands/analysis.hpp"
#include "analyzer/facts/compare.hpp"
#include "analyzer/facts/queries.hpp"
#include "analyzer/facts/version.hpp"
#include "analyzer/report/json.hpp"
#include "schema/capture.hpp"
#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

// Facts say what a replay says, byte for byte, whatever became of them.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A recording of a mesh in which a link breaks and a server restarts, and the facts beside it.
class Shelf {
 public:
  Shelf() {
    mesh.interval = 10s;
    mesh.cluster("east", {"a1", "a2", "a3"}).cluster("west", {"b1", "b2"}).gateways("east", "west");
    record(3);
  }

  void record(int epochs) {
    auto recorder = Recorder::open(store());
    for (int i = 0; i < epochs; ++i) {
      mesh.now += 10s;
      recorder.record(mesh.snapshot(), {});
    }
  }
  void trouble() {
    mesh.cut("a1", "a2");
    record(2);
    mesh.connect("a1", "a2");
    record(2);
    mesh.flap("a2", "a3");
    mesh.start("b1");
    record(3);
  }

  fs::path store() const { return folder_.path() / "history.db"; }
  fs::path facts() const { return folder_.path() / "history.db.facts"; }
  std::string said(const AnalysisOptions& options = {}, bool with_facts = true) const {
    Means means;
    means.facts = with_facts;
    return incidents_json(analyse(store(), {}, options, means));
  }
  /// Facts were used, and say what a replay says.
  void check() const {
    CHECK(said() == said({}, false));
    const auto recording = Recording::open(store());
    const auto kept = facts::Facts::open(recording, store());
    REQUIRE(kept);
    CHECK(kept->file() == facts());
    CHECK(facts::differences(*kept, facts::Facts::in_memory(Recording::open(store()))).empty());
  }
  void sql(const std::string& statement) const {
    SQLite::Database database{facts().string(), SQLite::OPEN_READWRITE};
    database.exec(statement);
  }
  std::string value(const std::string& query) const {
    SQLite::Database database{facts().string()};
    SQLite::Statement statement{database, query};
    return statement.executeStep() ? statement.getColumn(0).getString() : "nothing";
  }

  FakeMesh mesh;

 private:
  natsrec::store::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("facts say what a replay says, and go on with new epochs") {
  Shelf shelf;
  shelf.check();
  shelf.trouble();
  shelf.check();
  shelf.record(1);
  shelf.check();
  CHECK(shelf.value("SELECT epochs FROM facts") == "11");
}

TEST_CASE("a window read from facts is the window of a replay") {
  Shelf shelf;
  shelf.trouble();
  shelf.record(60);
  shelf.mesh.cut("a1", "a3");
  shelf.record(2);
  for (const auto back : {0s, 15s, 100s, 10000s}) {
    AnalysisOptions options;
    options.since = shelf.mesh.now - back;
    CHECK(shelf.said(options) == shelf.said(options, false));
    options.server = "a3";
    CHECK(shelf.said(options) == shelf.said(options, false));
    options.cluster = "west";
    CHECK(shelf.said(options) == shelf.said(options, false));
  }
}

TEST_CASE("other options are computed anew") {
  Shelf shelf;
  shelf.trouble();
  shelf.said();
  AnalysisOptions options;
  options.join = 1h;
  CHECK(shelf.said(options) == shelf.said(options, false));
  options = {};
  options.detection.flap_count = 2;
  CHECK(shelf.said(options) == shelf.said(options, false));
}

TEST_CASE("facts derived by another version, or of another recording, are derived anew") {
  Shelf shelf;
  shelf.trouble();
  const auto truth = shelf.said();
  for (const auto* change :
       {"UPDATE facts SET decoder = decoder - 1", "UPDATE facts SET detector = detector + 1",
        "PRAGMA user_version = 99", "UPDATE facts SET recording = 'another'",
        "UPDATE facts SET last_digest = 'x'", "UPDATE facts SET first_epoch = 2"}) {
    INFO(change);
    shelf.sql(std::string(change) + "; UPDATE incident SET saved = x'00'; UPDATE finding SET saved = x'00'");
    CHECK(shelf.said() == truth);
    shelf.check();
  }
}

TEST_CASE("a damaged state of the analysis is derived anew when it is needed") {
  Shelf shelf;
  shelf.trouble();
  shelf.said();
  shelf.sql("UPDATE state SET saved = x'0102'");
  shelf.record(1);
  shelf.check();
}

TEST_CASE("damaged facts are replaced, and another's file is left alone") {
  Shelf shelf;
  shelf.trouble();
  const auto truth = shelf.said();
  auto bytes = read_bytes(shelf.facts(), 1u << 30);
  for (std::size_t at = 4096; at < bytes.size(); ++at) bytes[at] = 'x';
  write_bytes(shelf.facts(), bytes);
  CHECK(shelf.said() == truth);
  shelf.check();
  write_bytes(shelf.facts(), bytes.substr(0, 5000));
  CHECK(shelf.said() == truth);
  for (const auto* other : {"my notes", ""}) {
    write_bytes(shelf.facts(), other);
    CHECK(shelf.said() == truth);
  }
  write_bytes(shelf.facts(), "my notes");
  shelf.said();
  CHECK(read_bytes(shelf.facts(), 100) == "my notes");
}

TEST_CASE("facts are those of what retention left") {
  Shelf shelf;
  shelf.trouble();
  shelf.record(140);
  shelf.check();
  CHECK(prune(shelf.store(), {10min, std::nullopt}).runs == 1);
  shelf.check();
  CHECK(shelf.value("SELECT first_epoch FROM facts") == "64");
  shelf.record(1);
  shelf.check();
}

TEST_CASE("references between the tables of facts resolve") {
  Shelf shelf;
  shelf.trouble();
  shelf.said();
  CHECK(shelf.value("SELECT count(*) FROM pragma_foreign_key_check") == "0");
  CHECK(shelf.value("PRAGMA integrity_check") == "ok");
  CHECK(shelf.value("SELECT count(*) FROM incident") != "0");
}

TEST_CASE("every span of a state ends where the next begins, unknown ones too") {
  Shelf shelf;
  shelf.trouble();
  shelf.mesh["a1"].reach = FakeMesh::Reach::silent;
  shelf.record(2);
  shelf.mesh.now += 10min;
  shelf.record(2);
  shelf.said();
  for (const auto* table : {"server_state WHERE server = 0", "readiness WHERE server = 0",
                            "route_state WHERE server = 0 AND peer = 1"}) {
    INFO(table);
    CHECK(shelf.value(
              std::string(
                  "SELECT count(*) FROM (SELECT until_unix, lead(since_unix) OVER (ORDER BY id) AS next "
                  "FROM ") +
              table + ") WHERE until_unix IS NOT next") == "0");
    CHECK(shelf.value(std::string("SELECT count(*) > 0 FROM ") + table + " AND state = 'unknown'") == "1");
  }
}

TEST_CASE("no query looks at all rows of links or findings for a window") {
  Shelf shelf;
  shelf.said();
  SQLite::Database database{shelf.facts().string()};
  for (const auto& query : facts::queries()) {
    INFO(query.name);
    CHECK(!query.comment().empty());
    SQLite::Statement plan{database, "EXPLAIN QUERY PLAN " + std::string(query.sql)};
    while (plan.executeStep()) {
      const auto step = plan.getColumn(3).getString();
      INFO(step);
      for (const auto* table : {"SCAN r", "SCAN f", "SCAN i", "SCAN s", "SCAN e"})
        CHECK((!step.starts_with(table) || step.size() > 6));
    }
  }
}
