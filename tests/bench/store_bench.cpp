#include "schema/codec.hpp"
#include "schema/file_bytes.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/write_access.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/random.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

/// Measures the store: S1 to S5 as CSV, a line each: name,figure,floor,ratio,target,verdict. Every figure
/// stands beside a floor that was measured in the same run, turn about: what counts is the ratio. store_bench
/// FOLDER [EPOCHS]: the folder is where the stores are written, so its disk is what is measured.
namespace natsrec::bench {
namespace {

namespace fs = std::filesystem;
using Values = std::vector<double>;

double median(Values values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double seconds_on(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double timed(clockid_t clock, const std::function<void()>& work) {
  const double before = seconds_on(clock);
  work();
  return seconds_on(clock) - before;
}

/// `most` is the largest ratio of figure to floor that is good enough.
void row(const std::string& name, double figure, double floor, double most, const std::string& target) {
  const double ratio = figure / floor;
  const std::string shown = ratio < 0.5 ? fmt::format("1/{:.1f}", 1 / ratio) : fmt::format("{:.2f}", ratio);
  fmt::print("{},{:.1f},{:.1f},{},{},{}\n", name, figure, floor, shown, target,
             ratio <= most ? "met" : "NOT MET");
  std::fflush(stdout);
}

double size_of(const fs::path& path) { return static_cast<double>(fs::file_size(path)); }

/// zstd -3 of each body alone: what anybody would do.
void compress_alone(const Epoch& epoch, ZSTD_CCtx* context, std::string& room) {
  for (const Snapshot& s : epoch.snapshots) {
    if (!s.body) continue;
    room.resize(ZSTD_compressBound(s.body->size()));
    ZSTD_compressCCtx(context, room.data(), room.size(), s.body->data(), s.body->size(), 3);
  }
}

/// S1, S2 and S3 on one history; leaves it for S4.
void sizes_and_cpu(const fs::path& store, std::int64_t epochs) {
  CorpusShape shape;
  shape.epochs = epochs;
  Corpus corpus{shape};
  const Deployment deployment = corpus.deployment();
  Recorder recorder = Recorder::open(store);
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string room;
  double raw = 0, raw_at_first = 0, file_at_first = 0, raw_at_last = 0, file_at_last = 0;
  double cpu = 0, floor = 0;
  std::int64_t first = 0, last = 0, counted = 0;
  for (std::int64_t number = 1; number <= epochs; ++number) {
    const Epoch epoch = corpus.next();
    raw += static_cast<double>(raw_size(epoch));
    // Whole runs from the third on: storing, sealing and removing rows go on side by side.
    const bool count = number >= 2 * run_length && number < epochs / run_length * run_length;
    const double spent = timed(CLOCK_PROCESS_CPUTIME_ID, [&] { recorder.record(epoch, deployment); });
    if (count) {
      cpu += spent;
      floor += timed(CLOCK_PROCESS_CPUTIME_ID, [&] { compress_alone(epoch, context, room); });
      ++counted;
    }
    if (number == run_length - 1)
      row("S2 newest epochs; whole file (B)", size_of(store), raw, 1 / 8.0, "1/8");
    // The same place in each run: what is not sealed yet is the same then.
    if (number % run_length == run_length - 1 && number > 4 * run_length) {
      if (first == 0) {
        first = number;
        raw_at_first = raw;
        file_at_first = size_of(store);
      }
      last = number;
      raw_at_last = raw;
      file_at_last = size_of(store);
    }
  }
  ZSTD_freeCCtx(context);
  const auto further = static_cast<double>((last - first) * shape.servers);
  row("S1 sealed; a further server-epoch (B)", (file_at_last - file_at_first) / further,
      (raw_at_last - raw_at_first) / further, 1 / 15.0, "1/15");
  const auto server_epochs = static_cast<double>(counted * shape.servers);
  row("S3 CPU to store and seal a server-epoch (us)", cpu / server_epochs * 1e6, floor / server_epochs * 1e6,
      3, "3");
}

void read_back(const fs::path& store) {
  const Recording recording = Recording::open(store);
  store::ReadAccess access{store};
  Random random{3};
  Values figures, floors;
  const std::int64_t sealed = sql::lookup(access.database(), "SELECT sealed FROM recording").value_or(0);
  const auto targets = recording.targets();
  for (int i = 0; i < 401; ++i) {
    const std::int64_t epoch = random.between(run_length, first_epoch_of(sealed) - 1);
    const std::string& target =
        targets[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(targets.size())))];
    SQLite::Statement query{
        access.database(),
        "SELECT content FROM chunk JOIN target ON target.id = target WHERE run = ? AND label = ? AND "
        "endpoint = 'routez'"};
    query.bind(1, run_of(epoch));
    query.bind(2, target);
    query.executeStep();
    const std::string blob = sql::bytes(query.getColumn(0));
    floors.push_back(timed(CLOCK_MONOTONIC, [&] { codec::decode(blob); }) * 1e6);
    figures.push_back(timed(CLOCK_MONOTONIC, [&] { recording.snapshot(epoch, target, Endpoint::routez); }) *
                      1e6);
  }
  row("S4 one body read back (us)", median(figures), median(floors), 3, "3");
}

/// The rows of an epoch as they are kept, to be inserted again.
struct Row {
  std::int64_t target, asked, answered, status, size, base, checksum;
  std::string endpoint, body;
};

std::vector<Row> rows_of(SQLite::Database& database, std::int64_t epoch) {
  std::vector<Row> out;
  SQLite::Statement query{
      database,
      "SELECT target, asked_us, answered_us, status, size, ifnull(base, 0), checksum, endpoint, body "
      "FROM snapshot WHERE epoch = ?"};
  query.bind(1, epoch);
  while (query.executeStep())
    out.push_back(
        {query.getColumn(0).getInt64(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64(),
         query.getColumn(3).getInt64(), query.getColumn(4).getInt64(), query.getColumn(5).getInt64(),
         query.getColumn(6).getInt64(), sql::bytes(query.getColumn(7)), sql::bytes(query.getColumn(8))});
  return out;
}

void commit_rows(SQLite::Database& database, const std::vector<Row>& rows, std::int64_t number) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  SQLite::Statement epoch{database, "INSERT INTO epoch (number, started_us, ended_us) VALUES (?, 0, 0)"};
  epoch.bind(1, number);
  epoch.exec();
  SQLite::Statement insert{
      database,
      "INSERT INTO snapshot (epoch, target, endpoint, asked_us, answered_us, status, size, base, "
      "checksum, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  for (const Row& row : rows) {
    insert.bind(1, number);
    insert.bind(2, row.target);
    insert.bind(3, row.endpoint);
    insert.bind(4, row.asked);
    insert.bind(5, row.answered);
    insert.bind(6, row.status);
    insert.bind(7, row.size);
    insert.bind(8, row.base);
    insert.bind(9, row.checksum);
    sql::bind_blob(insert, 10, row.body);
    insert.exec();
    insert.reset();
  }
  transaction.commit();
}

void commit(const fs::path& folder, int servers) {
  const fs::path store = folder / fmt::format("commit{}.db", servers);
  {
    CorpusShape shape;
    shape.servers = servers;
    shape.epochs = 3;
    Corpus corpus{shape};
    Recorder recorder = Recorder::open(store);
    for (int i = 0; i < 3; ++i) recorder.record(corpus.next());
  }
  SQLite::Database database = store::open_to_write(store);
  const auto rows = rows_of(database, 3);
  std::string bytes;
  for (const Row& row : rows) bytes += row.body;
  const fs::path plain = folder / "plain";
  const int file = open(plain.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  Values figures, floors;
  for (int i = 0; i < 15; ++i) {
    floors.push_back(timed(CLOCK_MONOTONIC,
                           [&] {
                             if (write(file, bytes.data(), bytes.size()) !=
                                     static_cast<ssize_t>(bytes.size()) ||
                                 fdatasync(file) != 0)
                               fmt::print(stderr, "store_bench: the floor cannot be written\n");
                           }) *
                     1e3);
    figures.push_back(timed(CLOCK_MONOTONIC, [&] { commit_rows(database, rows, 100 + i); }) * 1e3);
    store::checkpoint(database);
  }
  close(file);
  row(fmt::format("S5 commit of an epoch of {} servers (ms)", servers), median(figures), median(floors), 8,
      "8");
}

void run(const fs::path& folder, std::int64_t epochs) {
  const fs::path own = folder / fmt::format("store-bench-{}", getpid());
  fs::create_directories(own);
  sizes_and_cpu(own / "history.db", epochs);
  read_back(own / "history.db");
  for (const int servers : {27, 200, 1000}) commit(own, servers);
  fs::remove_all(own);
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fmt::print(stderr, "store_bench FOLDER [EPOCHS]\n");
    return 2;
  }
  try {
    natsrec::bench::run(argv[1], argc == 3 ? std::stoll(argv[2]) : 1440);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "store_bench: {}\n", error.what());
    return 1;
  }
}
