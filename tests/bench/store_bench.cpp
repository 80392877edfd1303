#include "schema/codec.hpp"
#include "schema/file_bytes.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/recording.hpp"
#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/write_access.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/random.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Measures the store, S1 to S5: store_bench FOLDER [EPOCHS [STORE OF 8 DAYS]]. The folder is where stores
/// are written, so its disk is what is measured.
namespace natsrec::bench {
namespace {

namespace fs = std::filesystem;

double size_of(const fs::path& path) { return static_cast<double>(fs::file_size(path)); }

/// zstd -3 of each body alone: what anybody would do.
void compress_alone(const Epoch& epoch, ZSTD_CCtx* context, std::string& room) {
  for (const Snapshot& s : epoch.snapshots) {
    if (!s.body) continue;
    room.resize(ZSTD_compressBound(s.body->size()));
    ZSTD_compressCCtx(context, room.data(), room.size(), s.body->data(), s.body->size(), 3);
  }
}

/// CPU time of storing, and of what anybody would do, by runs: sealing is spread over a whole one.
class Cpu {
 public:
  Cpu() : context_(ZSTD_createCCtx()) {}
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;
  ~Cpu() { ZSTD_freeCCtx(context_); }

  void measure(const Epoch& epoch, std::int64_t number, const std::function<void()>& store) {
    const double spent = timed(CLOCK_PROCESS_CPUTIME_ID, store);
    // From the third run on storing, sealing and removing rows go on side by side.
    if (number < 2 * run_length) return;
    figure_ += spent;
    floor_ += timed(CLOCK_PROCESS_CPUTIME_ID, [&] { compress_alone(epoch, context_, room_); });
    if (number % run_length != run_length - 1) return;
    figures_.push_back(figure_);
    floors_.push_back(floor_);
    figure_ = floor_ = 0;
  }
  /// Microseconds for a server and epoch.
  double figure(int servers) const { return of_one(figures_, servers); }
  double floor(int servers) const { return of_one(floors_, servers); }

 private:
  static double of_one(const Values& runs, int servers) {
    return median(runs) * 1e6 / static_cast<double>(run_length * servers);
  }

  ZSTD_CCtx* context_;
  std::string room_;
  double figure_ = 0, floor_ = 0;
  Values figures_, floors_;
};

/// Sizes at the same place in two runs: what is not sealed yet is the same at both.
struct Growth {
  std::int64_t first = 0, last = 0;
  double raw_at_first = 0, file_at_first = 0, raw_at_last = 0, file_at_last = 0;

  void look(std::int64_t number, double raw, double file) {
    if (number % run_length != 0 || number <= 4 * run_length) return;
    if (first == 0) {
      first = number;
      raw_at_first = raw;
      file_at_first = file;
    }
    last = number;
    raw_at_last = raw;
    file_at_last = file;
  }
  double an_epoch() const { return (file_at_last - file_at_first) / static_cast<double>(last - first); }
  double raw_epoch() const { return (raw_at_last - raw_at_first) / static_cast<double>(last - first); }
  double file_at(std::int64_t number) const {
    return file_at_last + an_epoch() * static_cast<double>(number - last);
  }
};

/// S1 and S3 as cron has it, a new Recorder for every epoch; leaves the store for S4.
Growth sizes_and_cpu(const fs::path& store, std::int64_t epochs) {
  CorpusShape shape;
  shape.epochs = epochs;
  Corpus corpus{shape};
  const Deployment deployment = corpus.deployment();
  Cpu cpu;
  Growth growth;
  double raw = 0;
  for (std::int64_t number = 1; number <= epochs; ++number) {
    const Epoch epoch = corpus.next();
    raw += static_cast<double>(raw_size(epoch));
    cpu.measure(epoch, number, [&] { Recorder::open(store).record(epoch, deployment); });
    growth.look(number, raw, size_of(store));
  }
  row("S1 sealed; a further server-epoch (B)", growth.an_epoch() / shape.servers,
      growth.raw_epoch() / shape.servers, 1 / 15.0, "1/15");
  told("S3 the same; opened for each epoch (us)", cpu.figure(shape.servers), cpu.floor(shape.servers));
  return growth;
}

void cpu_of_kept_recorder(const fs::path& store) {
  CorpusShape shape;
  shape.epochs = 9 * run_length;
  Corpus corpus{shape};
  const Deployment deployment = corpus.deployment();
  Recorder recorder = Recorder::open(store);
  Cpu cpu;
  for (std::int64_t number = 1; number <= shape.epochs; ++number) {
    const Epoch epoch = corpus.next();
    cpu.measure(epoch, number, [&] { recorder.record(epoch, deployment); });
  }
  row("S3 CPU to store and seal; kept open (us)", cpu.figure(shape.servers), cpu.floor(shape.servers), 3,
      "3");
}

/// S2: sealing is held back by saying that it was done.
void size_unsealed(const fs::path& store) {
  CorpusShape shape;
  shape.epochs = 2 * run_length;
  Corpus corpus{shape};
  const Deployment deployment = corpus.deployment();
  Recorder recorder = Recorder::open(store);
  store::open_to_write(store).exec("UPDATE recording SET sealed = 1000");
  double raw = 0;
  for (std::int64_t number = 1; number <= shape.epochs; ++number) {
    const Epoch epoch = corpus.next();
    raw += static_cast<double>(raw_size(epoch));
    recorder.record(epoch, deployment);
  }
  row("S2 newest 128 epochs; whole file (B)", size_of(store), raw, 1 / 8.0, "1/8");
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

/// The transaction that makes an epoch safe; and all that `record` does, with encoding before it and moving
/// it from -wal to the store after it. No sealing is due so early; a step of it is a transaction of its own.
void commit(const fs::path& folder, int servers) {
  const fs::path store = folder / fmt::format("commit{}.db", servers);
  constexpr int rounds = 15;
  CorpusShape shape;
  shape.servers = servers;
  shape.epochs = 3 + rounds;
  Corpus corpus{shape};
  Values figures, floors, whole;
  {
    Recorder recorder = Recorder::open(store);
    for (int i = 0; i < 3; ++i) recorder.record(corpus.next());
    for (int i = 0; i < rounds; ++i) {
      const Epoch epoch = corpus.next();
      whole.push_back(timed(CLOCK_MONOTONIC, [&] { recorder.record(epoch); }) * 1e3);
    }
  }
  SQLite::Database database = store::open_to_write(store);
  const auto rows = rows_of(database, 3);
  std::string bytes;
  for (const Row& row : rows) bytes += row.body;
  const fs::path plain = folder / "plain";
  const int file = open(plain.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  for (int i = 0; i < rounds; ++i) {
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
  told("S5 the same with encoding and checkpoint (ms)", median(whole), median(floors));
}

void run(const fs::path& folder, std::int64_t epochs, const fs::path& eight_days) {
  const fs::path own = folder / fmt::format("store-bench-{}", getpid());
  fs::create_directories(own);
  const Growth growth = sizes_and_cpu(own / "history.db", epochs);
  cpu_of_kept_recorder(own / "kept.db");
  size_unsealed(own / "unsealed.db");
  if (!eight_days.empty()) {
    constexpr std::int64_t its_epochs = 8 * 1440;
    const double off = std::abs(growth.file_at(its_epochs) / size_of(eight_days) - 1);
    print_row("S1 size of 8 days as told by 1 (B)", growth.file_at(its_epochs), size_of(eight_days), "3 %",
              off <= 0.03 ? "met" : "NOT MET");
  }
  read_back(own / "history.db");
  for (const int servers : {27, 200, 1000}) commit(own, servers);
  fs::remove_all(own);
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    fmt::print(stderr, "store_bench FOLDER [EPOCHS [STORE OF 8 DAYS]]\n");
    return 2;
  }
  try {
    natsrec::bench::run(argv[1], argc > 2 ? std::stoll(argv[2]) : 1440, argc > 3 ? argv[3] : "");
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "store_bench: {}\n", error.what());
    return 1;
  }
}
