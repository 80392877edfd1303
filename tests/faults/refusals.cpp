#include "collector/cli.hpp"
#include "collector/lock.hpp"
#include "schema/file_bytes.hpp"
#include "schema/loss.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "tests/faults/disk.hpp"
#include "tests/faults/history.hpp"
#include "tests/faults/ordinary.hpp"
#include "tests/unit/fakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>

/// A disk that refuses, from any operation on: refusals [SHARE] [SEED]
///
/// nats-collector runs while the disk is full, over quota, takes half of what is written or does not sync,
/// from its first operation on, from its second, and so on. Either the epoch is there afterwards, or the run
/// says in one line that it is not, exits with 3, and the next run records that loss with its cause. The
/// store is whole in any case, also if the power is cut right then. SHARE, in percent, is of the operations.
namespace natsrec::faults {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

struct Ran {
  Exit exit;
  std::string err;
};

struct Start {
  std::string name;
  fs::path store;  ///< to begin with; empty: none
  History history;
  std::vector<std::string> flags;
};

/// nats-collector of servers that say at its nth epoch what epoch_of() does.
Ran collect(const fs::path& store, std::int64_t number, const std::vector<std::string>& flags) {
  const Epoch epoch = epoch_of(number);
  test::FakeClock clock;
  clock.time = epoch.started;
  test::FakeFetcher fetcher{clock};
  fetcher.takes = epoch.ended - epoch.started;
  std::size_t next = 0;
  fetcher.change = [&](Snapshot& snapshot) { snapshot = epoch.snapshots.at(next++); };
  std::ostringstream out, err;
  test::FakeResolver resolver;
  test::FakeAccounts accounts;
  CollectorWorld world{clock, {resolver, fetcher, accounts}, out, err, [](const std::string&) {}};
  std::vector<std::string> words{"collect", "--store", store.string(), "--interval", "15s"};
  // Endpoints are the configuration's business.
  const fs::path config = fs::path{store} += ".toml";
  std::string text = "endpoints = [\"varz\", \"healthz\"]\n";
  for (const char* target : {"a1", "a2", "a3"})
    text += fmt::format("[[target]]\nname = \"{0}\"\nurl = \"http://{0}:8222\"\n", target);
  write_bytes(config, text);
  words.insert(words.end(), {"--config", config.string()});
  words.insert(words.end(), flags.begin(), flags.end());
  const Exit exit = run_collector(words, world);
  return {exit, err.str()};
}

void require_sentence(const Ran& ran) {
  if (std::count(ran.err.begin(), ran.err.end(), '\n') != 1) fail("not one line: " + ran.err);
  for (const char* word : {"history.db", "cannot be"})
    if (ran.err.find(word) == std::string::npos) fail(fmt::format("nothing of \"{}\" in {}", word, ran.err));
  if (ran.err.find("make room") == std::string::npos && ran.err.find("check ") == std::string::npos)
    fail("it does not say what to do: " + ran.err);
}

bool is_cause(const std::string& cause, Refusal refusal) {
  switch (refusal) {
    case Refusal::full:
    case Refusal::short_write:
      return cause == "disk_full";
    case Refusal::quota:
      return cause == "quota_exceeded";
    case Refusal::broken:
      return cause == "disk_error";
  }
  return false;
}

/// What is recorded after a run and what was lost before it.
void require_next(const fs::path& store, History history, std::int64_t number, std::int64_t first,
                  const std::vector<std::string>& flags, std::optional<Refusal> lost_to) {
  const Ran ran = collect(store, number + 1, flags);
  if (ran.exit != Exit::done) fail("the next run: " + ran.err);
  const Recording recording = Recording::open(store);
  const std::int64_t newest = recording.epochs().back().number;
  history[newest] = epoch_of(number + 1);
  require(store, history, std::max(first, recording.epochs().front().number), newest);
  const VerbatimFiles files = recording.verbatim(newest);
  const auto file = files.find(std::string{loss_file});
  if (!lost_to) {
    if (file != files.end()) fail("a loss is recorded where nothing was lost");
    return;
  }
  if (file == files.end()) fail("the next run does not record the loss");
  const auto loss = parse_loss(file->second);
  if (!loss || loss->epochs != 1 || loss->first != epoch_of(number).started ||
      !is_cause(loss->cause, *lost_to))
    fail("the next run records another loss: " + file->second);
  if (!StoreLock::try_acquire(store)->note().empty()) fail("the note is still there");
}

/// False if the run came to its end before the refusal.
bool refuse(const Start& start, Refusal refusal, std::int64_t after, bench::Random& random) {
  const store::TemporaryFolder folder, cut;
  const fs::path store = folder.path() / "history.db";
  if (!start.store.empty()) fs::copy_file(start.store, store);
  StoreLock::try_acquire(store);  // an earlier run made it
  const std::int64_t last = start.history.empty() ? 0 : start.history.rbegin()->first;
  Disk& disk = Disk::instance();
  disk.watch(nullptr);
  disk.refuse_after(after, refusal);
  const Ran ran = collect(store, last + 1, start.flags);
  const bool refused = disk.refused();
  for (const auto& [name, bytes] : disk.after_power_cut(folder.path().string(), random, random.below(2) == 0))
    write_bytes(cut.path() / name, bytes);
  disk.leave();
  if (!refused) return false;
  const Ordinary ordinary;
  History history = start.history;
  history[last + 1] = epoch_of(last + 1);
  const bool lost = ran.exit == Exit::store;
  if (!lost && ran.exit != Exit::done && ran.exit != Exit::partly) fail("another exit code: " + ran.err);
  if (ran.exit != Exit::done) require_sentence(ran);
  for (const fs::path& each : {store, cut.path() / "history.db"}) {
    std::int64_t first = 1;
    // Of a store that was to be made nothing may be there.
    if (!lost || last > 0) {
      const auto epochs = Recording::open(each).epochs();
      first = start.flags.empty() ? 1 : epochs.front().number;
      require(each, history, first, lost ? last : last + 1);
    }
    // The loss was noted where a power cut did not reach: the model knows SQLite's files only.
    require_next(each, history, last + 1, first, start.flags, lost ? std::optional{refusal} : std::nullopt);
  }
  return true;
}

History recorded(const fs::path& store, std::int64_t epochs) {
  History out;
  Recorder recorder = Recorder::open(store);
  for (std::int64_t number = 1; number <= epochs; ++number) recorder.record(out[number] = epoch_of(number));
  return out;
}

void run(std::int64_t share, std::uint64_t seed) {
  fmt::print("seed {}\n", seed);
  bench::Random random{seed};
  const store::TemporaryFolder folder;
  std::vector<Start> starts{{"a new store", {}, {}, {}}};
  for (const auto& [name, epochs, flags] : {std::tuple{"few epochs", 5, std::vector<std::string>{}},
                                            {"while a run is sealed", 64, {}},
                                            {"while rows of a sealed run are removed", 70, {}},
                                            {"with retention", 140, {"--max-size", "1"}}}) {
    Start start{name, folder.path() / fmt::format("{}.db", starts.size()), {}, flags};
    start.history = recorded(start.store, epochs);
    starts.push_back(std::move(start));
  }
  for (const Start& start : starts) {
    std::int64_t tried = 0;
    for (const Refusal refusal : all_refusals) {
      for (std::int64_t after = 0;; ++after) {
        if (random.below(100) >= share && after > 0) {
          if (after > 500) break;
          continue;
        }
        try {
          if (!refuse(start, refusal, after, random)) break;
        } catch (const std::exception& error) {
          throw std::runtime_error(
              fmt::format("{}, {} from operation {} on: {}", start.name, name(refusal), after, error.what()));
        }
        ++tried;
      }
    }
    fmt::print("{}: refused from {} operations on: told and whole each time\n", start.name, tried);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace natsrec::faults

int main(int argc, char** argv) {
  try {
    natsrec::faults::run(argc > 1 ? std::stoll(argv[1]) : 100, argc > 2 ? std::stoull(argv[2]) : 1);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "refusals: {}\n", error.what());
    return 1;
  }
}
