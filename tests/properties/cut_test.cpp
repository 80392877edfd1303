#include "analyzer/commands/analysis.hpp"
#include "analyzer/report/json.hpp"
#include "schema/capture.hpp"
#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "tests/bench/random.hpp"
#include "tests/properties/world.hpp"
#include "tests/unit/test.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

// Of any window, an analysis of the slice that was cut out says what an analysis of the whole recording says:
// findings inside it are the same, those that cross an edge are clamped in the same way. The lead-in is the
// usual one.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

nlohmann::ordered_json told(const fs::path& store, const Window& window) {
  return nlohmann::ordered_json::parse(incidents_json(analyse(store, window, {})));
}

void import(const fs::path& capture, const fs::path& folder) {
  auto source = capture;
  if (capture.extension() == ".xz") {
    source = folder / "capture";
    fs::create_directories(source);
    const auto command = "tar -xJf '" + capture.string() + "' -C '" + source.string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe): nothing else runs
  }
  auto recorder = Recorder::open(folder / "history.db");
  import_captures(recorder, {source});
}

void check_windows(const fs::path& folder, bench::Random& random, int windows) {
  const fs::path store = folder / "history.db";
  const auto epochs = Recording::open(store).epochs();
  const auto any = [&] {
    return epochs[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(epochs.size())))].started;
  };
  for (int i = 0; i < windows; ++i) {
    // Now and then an edge lies between two epochs.
    auto [since, until] = std::minmax({any(), any()});
    since -= std::chrono::milliseconds{random.below(3) == 0 ? random.below(2000) : 0};
    until += std::chrono::milliseconds{random.below(3) == 0 ? random.below(2000) : 0};
    INFO(format_time(since) << " to " << format_time(until));
    const fs::path slice = folder / ("slice" + std::to_string(i) + ".db");
    cut(store, slice, since, until, 24h);
    const auto whole = told(store, {format_time(since), format_time(until)});
    const auto piece = told(slice, {});
    for (const char* part : {"findings", "incidents", "as_of"}) {
      INFO(part);
      CHECK(piece[part] == whole[part]);
    }
    fs::remove(slice);
  }
}

}  // namespace

TEST_CASE("a slice reports of any window what the whole recording reports of it") {
  const auto captures = fs::path(SOURCE_DIR) / "samples/captures";
  std::vector<fs::path> all, found{captures / "supercluster-2.9.10"};
  for (const auto& entry : fs::recursive_directory_iterator(captures))
    if (entry.path().string().ends_with(".tar.xz")) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  // A share of them in each run; NATSREC_SEED chooses which, and the windows.
  constexpr std::size_t share = 25;
  for (auto at = first_seed() % share; at < all.size(); at += share) found.push_back(all[at]);
  bench::Random random{first_seed()};
  for (const auto& capture : found) {
    INFO(capture << ", NATSREC_SEED=" << first_seed());
    const store::TemporaryFolder folder;
    import(capture, folder.path());
    check_windows(folder.path(), random, 4);
  }
}
