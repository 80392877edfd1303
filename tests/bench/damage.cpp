#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/run.hpp"
#include "schema/verify.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/random.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

/// Flips single bits of small recordings, and cuts them at every page: damage [FLIPS] [SEED]
///
/// Whatever was done, what is read must be as it was recorded or be known as damaged; what is missing or
/// damaged must be named by `verify`; and what `recover` saves must be whole, right, and everything but what
/// is kept in the page that was hit, or needs something that is. Each third of the flips goes to one form of
/// recording: all rows, mostly sealed, both. Exits 1 at the first that does not hold.
namespace natsrec::bench {
namespace {

namespace fs = std::filesystem;

struct Form {
  std::string name;
  int servers;
  std::int64_t epochs;
};

/// Epoch, target, endpoint.
using Key = std::tuple<std::int64_t, std::string, Endpoint>;

struct Original {
  std::string bytes;
  std::vector<Epoch> epochs;
  std::set<Key> keys;
  /// By number of the page: what needs something that is kept in it.
  std::map<std::int64_t, std::set<Key>> in_page;
};

/// What is kept in each page, as SQLite tells of the whole store: rows by their order in the leaves of their
/// table, and by the leaf's cell from which a chain of other pages goes on.
class Pages {
 public:
  explicit Pages(const fs::path& store) : database_(store.string(), SQLite::OPEN_READONLY) {}

  std::map<std::int64_t, std::set<Key>> needed(const std::set<Key>& all) {
    std::map<std::int64_t, std::set<Key>> out;
    for (const std::string table : {"epoch", "target", "deployment", "snapshot", "chunk"}) {
      const auto keys = keys_by_row(table, all);
      for (const auto& [page, rows] : rows_by_page(table))
        for (const std::int64_t row : rows)
          if (const auto found = keys.find(row); found != keys.end())
            out[page].insert(found->second.begin(), found->second.end());
    }
    return out;
  }

 private:
  std::map<std::int64_t, std::vector<std::int64_t>> rows_by_page(const std::string& table) {
    std::vector<std::int64_t> rows;
    SQLite::Statement in_order{database_, "SELECT rowid FROM " + table + " ORDER BY rowid"};
    while (in_order.executeStep()) rows.push_back(in_order.getColumn(0).getInt64());
    std::map<std::int64_t, std::vector<std::int64_t>> out;
    std::map<std::string, std::vector<std::int64_t>> leaves;
    std::size_t next = 0;
    SQLite::Statement pages{database_,
                            "SELECT path, pageno, pagetype, ncell FROM dbstat WHERE name = ? ORDER BY path"};
    pages.bind(1, table);
    while (pages.executeStep()) {
      const std::string path = pages.getColumn(0).getString();
      const std::string type = pages.getColumn(2).getString();
      auto& here = out[pages.getColumn(1).getInt64()];
      if (type == "leaf") {
        for (int i = pages.getColumn(3).getInt(); i > 0; --i) here.push_back(rows.at(next++));
        leaves[path] = here;
      } else if (type == "overflow") {
        const auto plus = path.rfind('+');
        const auto leaf = leaves.find(path.substr(0, plus - 3));
        if (leaf == leaves.end()) throw std::runtime_error("an overflow page of no leaf: " + path);
        here.push_back(leaf->second.at(std::stoul(path.substr(plus - 3, 3), nullptr, 16)));
      }
    }
    if (next != rows.size()) throw std::runtime_error("pages of " + table + " do not hold its rows");
    return out;
  }

  std::map<std::int64_t, std::set<Key>> keys_by_row(const std::string& table, const std::set<Key>& all) {
    std::map<std::int64_t, std::set<Key>> out;
    const auto each = [&](const std::string& query, const auto& take) {
      SQLite::Statement rows{database_, query};
      while (rows.executeStep()) take(rows);
    };
    const auto endpoint = [](const SQLite::Column& column) {
      return parse_endpoint(column.getString()).value();
    };
    if (table == "deployment")  // without it no epoch's checksum can be computed
      each("SELECT rowid FROM deployment", [&](auto& row) { out[row.getColumn(0).getInt64()] = all; });
    if (table == "epoch")
      for (const Key& key : all) out[std::get<0>(key)].insert(key);
    if (table == "target")
      each("SELECT id, label FROM target", [&](auto& row) {
        for (const Key& key : all)
          if (std::get<1>(key) == row.getColumn(1).getString()) out[row.getColumn(0).getInt64()].insert(key);
      });
    if (table == "snapshot")
      each(
          "SELECT needed.rowid, s.epoch, label, s.endpoint FROM snapshot s JOIN target ON target.id = "
          "s.target "
          "JOIN snapshot needed ON needed.target = s.target AND needed.endpoint = s.endpoint "
          "AND needed.epoch IN (s.epoch, s.base)",
          [&](auto& row) {
            out[row.getColumn(0).getInt64()].insert(
                {row.getColumn(1).getInt64(), row.getColumn(2).getString(), endpoint(row.getColumn(3))});
          });
    if (table == "chunk")
      each("SELECT chunk.rowid, run, label, endpoint FROM chunk JOIN target ON target.id = target",
           [&](auto& row) {
             for (const Key& key : all)
               if (run_of(std::get<0>(key)) == row.getColumn(1).getInt64() &&
                   std::get<1>(key) == row.getColumn(2).getString() &&
                   std::get<2>(key) == endpoint(row.getColumn(3)))
                 out[row.getColumn(0).getInt64()].insert(key);
           });
    return out;
  }

  SQLite::Database database_;
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
  for (const Epoch& epoch : out.epochs)
    for (const Snapshot& s : epoch.snapshots) out.keys.insert({epoch.number, s.target, s.endpoint});
  out.in_page = Pages{store}.needed(out.keys);
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

std::set<Key> keys_of(const fs::path& store) {
  std::set<Key> out;
  const Recording recording = Recording::open(store);
  for (const EpochInfo& info : recording.epochs())
    for (const Snapshot& s : recording.epoch(info.number).snapshots)
      out.insert({info.number, s.target, s.endpoint});
  return out;
}

struct Count {
  int tried = 0, harmless = 0, saved = 0;
  std::size_t lost = 0;  ///< snapshots, all in all
};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

/// `pages` are those that are not as they were.
void check(const std::string& bytes, const Original& original, const fs::path& folder,
           const std::string& what, const std::vector<std::int64_t>& pages, Count& count) {
  const fs::path store = folder / "damaged.db";
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(fs::path{store} += suffix);
  write_bytes(store, bytes);
  const Reading reading = read_all(store, original);
  if (reading.wrong) fail(what + ": something wrong was given out as good");
  const bool named = is_named(store);
  if (!reading.whole && !named) fail(what + ": verify does not name what is missing");
  ++count.tried;
  if (!named) ++count.harmless;
  const fs::path good = folder / "good.db";
  fs::remove(good);
  std::set<Key> saved;
  try {
    recover(store, good);
    ++count.saved;
    if (read_all(good, original).wrong) fail(what + ": recover saved something wrong");
    const auto left = verify(good, false).damage;
    if (!left.empty())
      fail(what + ": what recover wrote is damaged: " + left.front().place + ": " + left.front().reason);
    saved = keys_of(good);
  } catch (const Failure&) {
    // Nothing could be saved: then there must be nothing.
  }
  std::set<Key> needless = original.keys;
  for (const Key& key : saved) needless.erase(key);
  count.lost += needless.size();
  for (const std::int64_t page : pages)
    if (const auto found = original.in_page.find(page); found != original.in_page.end())
      for (const Key& key : found->second) needless.erase(key);
  if (!needless.empty()) {
    const auto& [epoch, target, endpoint] = *needless.begin();
    fail(fmt::format("{}: recover lost {} snapshots of which nothing was damaged, as epoch {}, {}/{}", what,
                     needless.size(), epoch, target, name(endpoint)));
  }
}

void run(int flips, std::uint64_t seed) {
  Random random{seed};
  const store::TemporaryFolder folder;
  for (const Form& form : {Form{"rows", 6, 60}, Form{"sealed", 3, 190}, Form{"both", 6, 70}}) {
    const Original original = make(form, folder.path());
    constexpr std::size_t page = 16384;
    Count flipped, cut;
    for (int i = 0; i < flips / 3; ++i) {
      std::string bytes = original.bytes;
      const auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())));
      const auto bit = random.below(8);
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
      check(bytes, original, folder.path(), fmt::format("{}, byte {} bit {}", form.name, at, bit),
            {static_cast<std::int64_t>(at / page) + 1}, flipped);
    }
    const std::size_t step = std::max<std::size_t>(1, original.bytes.size() / page * 3 /
                                                          static_cast<std::size_t>(std::max(flips, 1))) *
                             page;
    for (std::size_t size = page; size < original.bytes.size(); size += step) {
      std::vector<std::int64_t> gone;
      for (std::size_t at = size; at < original.bytes.size(); at += page)
        gone.push_back(static_cast<std::int64_t>(at / page) + 1);
      check(original.bytes.substr(0, size), original, folder.path(),
            fmt::format("{}, cut at {}", form.name, size), gone, cut);
    }
    const auto told = [&](const Count& count) {
      return fmt::format("{} of them harmless, {} recovered, losing {:.1f} of {} snapshots on average",
                         count.harmless, count.saved,
                         static_cast<double>(count.lost) / std::max(1, count.tried), original.keys.size());
    };
    fmt::print("{}: {} bytes; {} flips, {}; {} cuts, {}\n", form.name, original.bytes.size(), flipped.tried,
               told(flipped), cut.tried, told(cut));
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
