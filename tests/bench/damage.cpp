#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/verify.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

/// Flips single bits of small recordings, and cuts them at every page: damage [FLIPS] [SEED]
///
/// Whatever was done, what is read must be as it was recorded or be known as damaged; what is missing or
/// damaged must be named by `verify`; and what `recover` saves must be whole and right. Each third of the
/// flips goes to one form of recording: all rows, mostly sealed, both. Exits 1 at the first that does not
/// hold.
namespace natsrec::bench {
namespace {

namespace fs = std::filesystem;

struct Form {
  std::string name;
  int servers;
  std::int64_t epochs;
};

struct Original {
  std::string bytes;
  std::vector<Epoch> epochs;
};

Original make(const Form& form, const fs::path& folder) {
  CorpusShape shape;
  shape.servers = form.servers;
  shape.epochs = form.epochs;
  Corpus corpus{shape};
  Original out;
  const fs::path store = folder / (form.name + ".db");
  {
    Recorder recorder = Recorder::open(store);
    const Deployment deployment = corpus.deployment();
    for (std::int64_t i = 0; i < form.epochs; ++i) {
      out.epochs.push_back(corpus.next());
      out.epochs.back().number = recorder.record(out.epochs.back(), deployment);
    }
  }
  out.bytes = read_bytes(store, 1u << 30);
  return out;
}

bool same(const Snapshot& a, const Snapshot& b) {
  return a.target == b.target && a.endpoint == b.endpoint && a.asked == b.asked && a.answered == b.answered &&
         a.status == b.status && a.failure == b.failure && a.body == b.body;
}

struct Reading {
  bool wrong = false;  ///< something was given out as good that is not
  bool whole = true;   ///< nothing is missing
};

bool is_damaged(const Snapshot& s) {
  return !s.body && !s.status && !s.asked &&
         s.failure == FetchFailure{FailureClass::other, "damaged in the store"};
}

void read_epoch(const Recording& recording, const Epoch& original, Reading& out) {
  const Epoch got = recording.epoch(original.number);
  out.wrong = out.wrong || got.started != original.started || got.ended != original.ended ||
              got.interval != original.interval;
  std::size_t right = 0;
  for (const Snapshot& s : got.snapshots) {
    const auto expected = std::find_if(
        original.snapshots.begin(), original.snapshots.end(),
        [&](const Snapshot& each) { return each.target == s.target && each.endpoint == s.endpoint; });
    if (expected != original.snapshots.end() && same(*expected, s)) {
      ++right;
    } else if (!is_damaged(s)) {
      out.wrong = true;
    }
  }
  out.whole = out.whole && right == original.snapshots.size();
}

Reading read_all(const fs::path& store, const Original& original) {
  Reading out;
  try {
    const Recording recording = Recording::open(store);
    const auto infos = recording.epochs();
    out.whole = infos.size() == original.epochs.size();
    for (const EpochInfo& info : infos) {
      const auto index = static_cast<std::size_t>(info.number - 1);
      if (index >= original.epochs.size()) {
        out.wrong = true;
        continue;
      }
      try {
        read_epoch(recording, original.epochs[index], out);
        if (info.deployment) recording.deployment(*info.deployment);
      } catch (const Failure&) {
        out.whole = false;
      }
    }
  } catch (const Failure&) {
    out.whole = false;
  }
  return out;
}

bool is_named(const fs::path& store) {
  try {
    return !verify(store, false).damage.empty();
  } catch (const Failure&) {
    return true;
  }
}

struct Count {
  int tried = 0, harmless = 0, saved = 0;
};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

void check(const std::string& bytes, const Original& original, const fs::path& folder,
           const std::string& what, bool also_recover, Count& count) {
  const fs::path store = folder / "damaged.db";
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(fs::path{store} += suffix);
  write_bytes(store, bytes);
  const Reading reading = read_all(store, original);
  if (reading.wrong) fail(what + ": something wrong was given out as good");
  const bool named = is_named(store);
  if (!reading.whole && !named) fail(what + ": verify does not name what is missing");
  ++count.tried;
  if (!named) ++count.harmless;
  if (!also_recover) return;
  const fs::path good = folder / "good.db";
  fs::remove(good);
  try {
    recover(store, good);
  } catch (const Failure&) {
    return;  // nothing could be saved
  }
  ++count.saved;
  if (read_all(good, original).wrong) fail(what + ": recover saved something wrong");
  const auto left = verify(good, false).damage;
  if (!left.empty())
    fail(what + ": what recover wrote is damaged: " + left.front().place + ": " + left.front().reason);
}

void run(int flips, std::uint64_t seed) {
  Random random{seed};
  const store::TemporaryFolder folder;
  for (const Form& form : {Form{"rows", 6, 60}, Form{"sealed", 3, 190}, Form{"both", 6, 70}}) {
    const Original original = make(form, folder.path());
    Count flipped, cut;
    for (int i = 0; i < flips / 3; ++i) {
      std::string bytes = original.bytes;
      const auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())));
      const auto bit = random.below(8);
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
      check(bytes, original, folder.path(), fmt::format("{}, byte {} bit {}", form.name, at, bit), i % 8 == 0,
            flipped);
    }
    constexpr std::size_t page = 16384;
    const std::size_t step = std::max<std::size_t>(1, original.bytes.size() / page * 3 /
                                                          static_cast<std::size_t>(std::max(flips, 1))) *
                             page;
    for (std::size_t size = page; size < original.bytes.size(); size += step)
      check(original.bytes.substr(0, size), original, folder.path(),
            fmt::format("{}, cut at {}", form.name, size), true, cut);
    fmt::print("{}: {} bytes, {} flips, {} of them harmless, {} recovered; {} cuts, {} recovered\n",
               form.name, original.bytes.size(), flipped.tried, flipped.harmless, flipped.saved, cut.tried,
               cut.saved);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  try {
    natsrec::bench::run(argc > 1 ? std::stoi(argv[1]) : 2000, argc > 2 ? std::stoull(argv[2]) : 1);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "damage: {}\n", error.what());
    return 1;
  }
}
