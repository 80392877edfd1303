#include "analyzer/report/json.hpp"
#include "analyzer/saved/state.hpp"
#include "schema/capture.hpp"
#include "schema/failure.hpp"
#include "schema/recording.hpp"
#include "tests/properties/world.hpp"
#include "tests/unit/test.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

// An analysis that was saved and goes on later says, byte for byte, what one says that never stopped.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string told(const Replay& replay) { return incidents_json(assemble(replay, {"id", "test.db", 0}, {})); }

void step(Replay& replay, const Epoch& epoch, Decoder& decoder) {
  replay.step({epoch.number, epoch.started, epoch.ended, epoch.interval, std::nullopt, {}},
              observe(epoch, decoder), nullptr);
}

/// Interrupted after the epochs of these indices.
void check_interrupted(const Tape& tape, const std::vector<std::size_t>& interruptions) {
  const auto whole = replay(tape);
  Decoder decoder;
  Replay story;
  for (std::size_t i = 0; i < tape.size(); ++i) {
    step(story, tape[i], decoder);
    if (std::find(interruptions.begin(), interruptions.end(), i) == interruptions.end()) continue;
    const auto bytes = save(story);
    story = load(bytes);
    CHECK((save(story) == bytes));
  }
  CHECK(told(story) == told(whole));
  CHECK((save(story) == save(whole)));
}

/// A folder that goes when the test is over.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("halves." + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

Tape imported(const fs::path& capture, const fs::path& store) {
  auto recorder = Recorder::open(store);
  import_captures(recorder, {capture});
  const auto recording = Recording::open(store);
  Tape tape;
  for (const auto& epoch : recording.epochs()) tape.push_back(recording.epoch(epoch.number));
  return tape;
}

}  // namespace

TEST_CASE("an analysis in parts ends as one in a single go, whatever happened") {
  const auto last = first_seed() + tapes();
  for (auto seed = first_seed(); seed < last; ++seed) {
    INFO("NATSREC_SEED=" << seed);
    check_interrupted(record(seed, 100, 5s), {0, seed % 97, 50, 51, (3 * seed) % 89});
  }
}

TEST_CASE("an analysis of a real recording in halves ends as one in a single go") {
  const auto captures = fs::path(SOURCE_DIR) / "samples/captures";
  std::vector<fs::path> all, found{captures / "supercluster-2.9.10"};
  for (const auto& entry : fs::recursive_directory_iterator(captures))
    if (entry.path().string().ends_with(".tar.xz")) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  // A share of them in each run; NATSREC_SEED chooses which.
  constexpr std::size_t share = 40;
  for (auto at = first_seed() % share; at < all.size(); at += share) found.push_back(all[at]);
  for (const auto& capture : found) {
    INFO(capture);
    const Folder folder;
    auto source = capture;
    if (capture.extension() == ".xz") {
      source = folder.path / "capture";
      fs::create_directories(source);
      const auto command = "tar -xJf '" + capture.string() + "' -C '" + source.string() + "'";
      REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe): nothing else runs
    }
    const auto tape = imported(source, folder.path / "history.db");
    REQUIRE(tape.size() > 3);
    check_interrupted(tape, {tape.size() / 2});
  }
}

TEST_CASE("bytes that are not what was saved are refused") {
  const auto saved = save(replay(record(1, 10, 5s)));
  for (const auto part : {&SavedReplay::story, &SavedReplay::habits}) {
    auto damaged = saved;
    (damaged.*part)[(damaged.*part).size() / 2] ^= 1;
    CHECK_THROWS_AS(load(damaged), Failure);
    damaged = saved;
    (damaged.*part).pop_back();
    CHECK_THROWS_AS(load(damaged), Failure);
    (damaged.*part).clear();
    CHECK_THROWS_AS(load(damaged), Failure);
  }
}
