#include "analyzer/commands/world.hpp"
#include "analyzer/report/news.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <filesystem>
#include <sstream>

// What `incidents` and `timeline` tell of a recording that grows while they look.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// A recording, and an analyzer that follows it. What is told is kept by look: the first is of what was
/// there.
struct Watching {
  Watching() {
    mesh.interval = 10s;
    record(3);
  }
  std::filesystem::path store() const { return folder.path() / "history.db"; }
  void record(int epochs) {
    auto recorder = Recorder::open(store());
    for (int i = 0; i < epochs; ++i) {
      mesh.epoch_after(10s);
      recorder.record(mesh.snapshot());
    }
  }
  /// Runs until the steps are done, each between two looks.
  int follow(std::vector<std::string> words, const std::vector<std::function<void()>>& steps) {
    words.push_back("--follow");
    words.insert(words.begin() + 1, store().string());
    std::size_t at = 0;
    const auto wait = [&](Duration duration) {
      waits.push_back(duration);
      if (waits.size() == 1) return true;
      told.push_back(std::exchange(out, std::ostringstream{}).str());
      if (at == steps.size()) return false;
      steps[at++]();
      return true;
    };
    return run_analyzer(words, {out, err, {}, {false, 0}, {}, wait});
  }

  store::TemporaryFolder folder;
  FakeMesh mesh = three();
  std::vector<std::string> told;
  std::vector<Duration> waits;
  std::ostringstream out, err;
};

}  // namespace

TEST_CASE("timeline --follow tells what is there, then each beginning and each end once") {
  Watching watching;
  auto& mesh = watching.mesh;
  const auto code = watching.follow({"timeline"}, {[&] {
                                                     mesh.cut("a1", "a2");
                                                     watching.record(2);
                                                   },
                                                   [] {}, [&] { watching.record(1); },
                                                   [&] {
                                                     mesh.connect("a1", "a2");
                                                     watching.record(2);
                                                   }});
  CHECK(code == 0);
  CHECK(watching.err.str().empty());
  const auto& told = watching.told;
  REQUIRE(told.size() == 5);
  CHECK(contains(told[0], "history.db: 2026-01-01"));
  CHECK(contains(told[0], "Nothing happened that the recording shows."));
  CHECK(contains(told[1], "2026-01-01 (UTC"));
  CHECK(contains(told[1], "No route between east/a1 and east/a2"));
  CHECK(told[2].empty());
  CHECK(told[3].empty());
  CHECK(contains(told[4], "ended"));
  CHECK_FALSE(contains(told[4], "2026-01-01 (UTC"));
}

TEST_CASE("incidents --follow tells an incident anew when there is more to it than that it lasts") {
  Watching watching;
  auto& mesh = watching.mesh;
  watching.follow({"incidents"}, {[&] {
                                    mesh.cut("a1", "a2");
                                    watching.record(2);
                                  },
                                  [&] { watching.record(3); },
                                  [&] {
                                    mesh.connect("a1", "a2");
                                    watching.record(2);
                                  }});
  const auto& told = watching.told;
  REQUIRE(told.size() == 4);
  CHECK(contains(told[0], "No incidents: "));
  CHECK(contains(told[1], ": a new incident\n"));
  CHECK(contains(told[1], "(open)\n"));
  CHECK(told[2].empty());
  CHECK(contains(told[3], ": resolved"));
  CHECK_FALSE(contains(told[3], "(open)"));
}

TEST_CASE("what is followed says in the end what is said of the whole") {
  const std::vector<std::string> options =
      GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--no-facts"},
               std::vector<std::string>{"--join", "1s"});
  Watching watching;
  auto& mesh = watching.mesh;
  std::vector<std::string> words{"timeline"};
  words.insert(words.end(), options.begin(), options.end());
  watching.follow(words, {[&] {
                            mesh.cut("a1", "a2");
                            watching.record(1);
                          },
                          [&] {
                            mesh.die("a3");
                            watching.record(1);
                          },
                          [&] {
                            mesh.start("a3");
                            watching.record(1);
                          },
                          [&] {
                            mesh.connect("a1", "a2");
                            watching.record(40);
                          }});
  std::string followed;
  for (const auto& part : watching.told) followed += part;
  std::ostringstream whole, err;
  words.insert(words.begin() + 1, watching.store().string());
  REQUIRE(run_analyzer(words, {whole, err, {}, {false, 0}, {}, {}}) == 0);
  for (const std::string kind : {" ended ", "server down", "joined"})
    CHECK(count(followed, kind) == count(whole.str(), kind));
}

TEST_CASE("a blind collector is told when it begins and when it ends, not with every epoch") {
  Watching watching;
  auto& mesh = watching.mesh;
  watching.follow({"timeline"}, {[&] {
                                   for (const char* each : {"a1", "a2", "a3"})
                                     mesh[each].reach = FakeMesh::Reach::silent;
                                   watching.record(1);
                                 },
                                 [&] { watching.record(1); },
                                 [&] {
                                   for (const char* each : {"a1", "a2", "a3"})
                                     mesh[each].reach = FakeMesh::Reach::answers;
                                   watching.record(1);
                                 }});
  REQUIRE(watching.told.size() == 4);
  CHECK(contains(watching.told[1], "nothing observed until"));
  CHECK(watching.told[2].empty());
  CHECK(contains(watching.told[3], "nothing observed until"));
}

TEST_CASE("how often to look is up to --every") {
  Watching watching;
  watching.follow({"timeline", "--every", "250ms"}, {[] {}});
  CHECK(watching.waits == std::vector<Duration>{0ms, 250ms, 250ms});
  Watching usual;
  usual.follow({"timeline"}, {});
  CHECK(usual.waits == std::vector<Duration>{0ms, 1s});
}

TEST_CASE("what --follow cannot be combined with is refused in one line") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"timeline", "--format", "json"},
                                                {"incidents", "--redact"},
                                                {"incidents", "--until", "1h"}}) {
    Watching watching;
    CHECK(watching.follow(words, {}) == 2);
    CHECK(contains(watching.err.str(), words[1]));
    CHECK(count(watching.err.str(), "\n") == 1);
    CHECK(watching.waits.empty());
  }
}

TEST_CASE("a recording that goes away, or becomes another one, ends it with code 3") {
  Watching watching;
  CHECK(watching.follow({"timeline"}, {[&] { std::filesystem::remove(watching.store()); }}) == 3);
  Watching swapped;
  CHECK(swapped.follow({"timeline"}, {[&] {
                         std::filesystem::remove(swapped.store());
                         swapped.record(1);
                       }}) == 3);
  CHECK(contains(swapped.err.str(), "another recording"));
}

TEST_CASE("an incident that is taken back while it is open is told, one that left the window is not") {
  Analysis analysis;
  analysis.as_of = parse_time("2026-01-01T00:00:00Z");
  analysis.incidents.resize(2);
  analysis.incidents[0].id = "stillopn";
  analysis.incidents[0].open = true;
  analysis.incidents[1].id = "resolved";
  IncidentNews news({false, 0});
  news.tell(analysis);
  analysis.incidents.clear();
  const auto told = news.tell(analysis);
  CHECK(contains(told, "stillopn: no incident any more"));
  CHECK_FALSE(contains(told, "resolved"));
  CHECK(news.tell(analysis).empty());
}
