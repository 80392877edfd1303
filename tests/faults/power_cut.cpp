#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "tests/faults/disk.hpp"
#include "tests/faults/history.hpp"
#include "tests/faults/ordinary.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

/// Cuts the power at every moment at which SQLite syncs a file while a recording is collected, sealed,
/// pruned, migrated and copied: power_cut [SHARE] [SEED] [VERSION-1.DB]
///
/// At each such moment three disks are made: one that holds nothing but what was synced, and two that hold
/// any part of what was not. The recording on each must be whole, have every epoch whose recording had
/// returned, with the bodies it was given, and take further ones. SHARE, in percent, is of the moments.
namespace natsrec::faults {
namespace {

namespace fs = std::filesystem;

class Bench {
 public:
  Bench(std::int64_t share, std::uint64_t seed) : share_(share), random_(seed) {}

  /// Runs the work, and judges at a share of its syncs what a power cut would leave, which judge() is given
  /// the folder of.
  void cut_power(const std::string& what, const std::function<void()>& work,
                 const std::function<void(const fs::path&)>& judge) {
    std::int64_t moments = 0, tried = 0;
    Disk& disk = Disk::instance();
    disk.watch([&] {
      ++moments;
      if (random_.below(100) >= share_) return;
      ++tried;
      for (int i = 0; i < 3; ++i) {
        const store::TemporaryFolder after;
        for (const auto& [name, bytes] : disk.after_power_cut(folder().string(), random_, i == 0))
          write_bytes(after.path() / name, bytes);
        try {
          const Ordinary ordinary;
          judge(after.path());
        } catch (const std::exception& error) {
          throw std::runtime_error(fmt::format("{}, sync {}, disk {}: {}", what, moments, i, error.what()));
        }
      }
    });
    work();
    disk.leave();
    fmt::print("{}: {} syncs, power cut at {} of them: whole each time\n", what, moments, tried);
    std::fflush(stdout);
    all_ += tried;
  }

  fs::path folder() const { return folder_.path(); }
  fs::path store() const { return folder_.path() / "history.db"; }
  bench::Random& random() { return random_; }
  std::int64_t all() const { return all_; }

 private:
  std::int64_t share_;
  bench::Random random_;
  store::TemporaryFolder folder_;
  std::int64_t all_ = 0;
};

/// Whether anything was ever recorded.
bool is_begun(const fs::path& store) {
  try {
    Recording::open(store);
    return true;
  } catch (const Failure&) {
    return false;
  }
}

/// A store without an epoch may look like anything, if the next run can make one of it.
void judge(const fs::path& store, const History& history, std::int64_t first, std::int64_t last, bool go_on) {
  if (last > 0 || is_begun(store)) require(store, history, first, last);
  if (!go_on) return;
  History longer = history;
  std::int64_t next = 0;
  for (int i = 0; i < 2; ++i) {
    next = Recorder::open(store).record(epoch_of(history.rbegin()->first + 1));
    longer[next] = epoch_of(history.rbegin()->first + 1);
  }
  require(store, longer, first, next);
}

/// From nothing, past the sealing of the first run; by programs that are started anew and ones that stay.
void collecting(Bench& bench) {
  History history;
  std::int64_t returned = 0;
  constexpr std::int64_t all = 130;
  bench.cut_power(
      "collect and seal",
      [&] {
        std::optional<Recorder> recorder;
        for (std::int64_t number = 1; number <= all; ++number) {
          history[number] = epoch_of(number);
          if (!recorder || bench.random().below(3) > 0) recorder.emplace(Recorder::open(bench.store()));
          recorder->record(history[number]);
          returned = number;
        }
      },
      [&](const fs::path& after) {
        judge(after / "history.db", history, 1, returned, bench.random().below(4) == 0);
      });
}

History recorded(const fs::path& store, std::int64_t epochs) {
  History out;
  Recorder recorder = Recorder::open(store);
  for (std::int64_t number = 1; number <= epochs; ++number) recorder.record(out[number] = epoch_of(number));
  return out;
}

void pruning(Bench& bench) {
  History history = recorded(bench.store(), 270);
  bench.cut_power(
      "prune",
      [&] {
        prune(bench.store(), {std::nullopt, 1});
      },
      [&](const fs::path& after) {
        const auto first = Recording::open(after / "history.db").epochs().front().number;
        if (first != 1 && first % 64 != 0)
          throw std::runtime_error(fmt::format("half a run is left: {}", first));
        judge(after / "history.db", history, first, 270, bench.random().below(4) == 0);
      });
}

void copying(Bench& bench) {
  const History history = recorded(bench.store(), 140);
  const auto copies = [&](const std::string& what, const std::function<void(const fs::path&)>& copy) {
    int number = 0;
    bench.cut_power(
        what,
        [&] {
          for (; number < 5; ++number) copy(bench.folder() / fmt::format("{}{}.db", what, number));
        },
        [&](const fs::path& after) {
          require(after / "history.db", history, 1, 140);
          for (int i = 0; i <= number; ++i) {
            const fs::path made = after / fmt::format("{}{}.db", what, i);
            // What has returned is there, and what is there is whole.
            if (i < number || fs::exists(made)) require(made, history, 1, 140);
          }
        });
  };
  copies("backup", [&](const fs::path& to) { backup(bench.store(), to); });
  copies("recover", [&](const fs::path& to) { recover(bench.store(), to); });
}

void migrating(Bench& bench, const fs::path& old) {
  fs::copy_file(old, bench.store());
  History history;
  {
    const Recording recording = Recording::open(old);
    for (const EpochInfo& info : recording.epochs()) history[info.number] = recording.epoch(info.number);
  }
  const std::int64_t last = history.rbegin()->first;
  bench.cut_power(
      "migrate", [&] { Recorder::open(bench.store()); },
      [&](const fs::path& after) { judge(after / "history.db", history, 1, last, true); });
}

void run(std::int64_t share, std::uint64_t seed, const std::string& old) {
  fmt::print("seed {}\n", seed);
  std::int64_t all = 0;
  const auto apart = [&](const std::function<void(Bench&)>& part) {
    Bench bench{share, seed + static_cast<std::uint64_t>(all)};
    part(bench);
    all += bench.all();
  };
  apart(collecting);
  apart(pruning);
  apart(copying);
  if (!old.empty()) apart([&](Bench& bench) { migrating(bench, old); });
  fmt::print("{} power cuts, each onto three disks\n", all);
}

}  // namespace
}  // namespace natsrec::faults

int main(int argc, char** argv) {
  try {
    natsrec::faults::run(argc > 1 ? std::stoll(argv[1]) : 100, argc > 2 ? std::stoull(argv[2]) : 1,
                         argc > 3 ? argv[3] : "");
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "power_cut: {}\n", error.what());
    return 1;
  }
}
