#include "analyzer/commands/analysis.hpp"
#include "analyzer/commands/observations.hpp"
#include "schema/chunk.hpp"
#include "schema/recording.hpp"
#include "schema/run.hpp"
#include "tests/bench/measure.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

/// Measures the replay, R1 to R3: replay_bench STORE FOLDER EXTRACT.PY [ROUNDS]. In the folder bodies are
/// written as they came, for Python to read.
namespace natsrec::bench {
namespace {

namespace fs = std::filesystem;

/// The floor: every body decompressed and parsed, by one thread, and nothing done with it.
void parse_only(const fs::path& store) {
  const Recording recording = Recording::open(store);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  const auto parse = [&](const Snapshot& snapshot) {
    if (!snapshot.body || snapshot.body->empty()) return;
    if (parser.parse(*snapshot.body).get(document) != simdjson::SUCCESS)
      fmt::print(stderr, "replay_bench: a body is no JSON\n");
  };
  std::int64_t run = -1;
  bool sealed = false;
  for (const EpochInfo& info : recording.epochs()) {
    if (run_of(info.number) != run) {
      run = run_of(info.number);
      const auto all = recording.sealed_run(run);
      sealed = !all.empty();
      for (const SealedSeries& series : all) {
        chunk::each(series.content, series.target, series.endpoint, first_epoch_of(run), last_epoch_of(run),
                    [&](const StoredSnapshot& stored) { parse(stored.snapshot); });
      }
    }
    if (sealed) continue;
    for (const Snapshot& snapshot : recording.epoch(info.number).snapshots) parse(snapshot);
  }
}

void replay_with(const fs::path& store, unsigned threads) {
  const Recording recording = Recording::open(store);
  Replay story;
  replay(recording, {}, story, {}, threads);
}

/// As much as Python does: all that is evidence read out of the bodies, and no detector asked.
void extract_only(const fs::path& store) {
  const Recording recording = Recording::open(store);
  Observations observations(recording, {}, 1);
  while (observations.next()) {
  }
}

constexpr std::int64_t python_epochs = 64;

/// Bodies as they came, in a plain SQLite file. Returns of how many servers and epochs they are.
double write_raw(const fs::path& store, const fs::path& file) {
  const Recording recording = Recording::open(store);
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  database.exec("PRAGMA page_size = 16384");
  database.exec("CREATE TABLE body (epoch INTEGER, target TEXT, endpoint TEXT, body BLOB)");
  SQLite::Transaction transaction{database};
  SQLite::Statement insert{database, "INSERT INTO body VALUES (?, ?, ?, ?)"};
  std::int64_t epochs = 0;
  for (const EpochInfo& info : recording.epochs()) {
    if (epochs++ == python_epochs) break;
    for (const Snapshot& snapshot : recording.epoch(info.number).snapshots) {
      if (!snapshot.body) continue;
      insert.bind(1, info.number);
      insert.bind(2, snapshot.target);
      insert.bind(3, std::string{name(snapshot.endpoint)});
      insert.bind(4, snapshot.body->data(), static_cast<int>(snapshot.body->size()));
      insert.exec();
      insert.reset();
    }
  }
  transaction.commit();
  return static_cast<double>(std::min(epochs, python_epochs)) *
         static_cast<double>(recording.targets().size());
}

/// Seconds of CPU that Python takes.
double extract(const std::string& script, const fs::path& raw) {
  const std::string command = fmt::format("/usr/bin/python3 -B '{}' '{}'", script, raw.string());
  std::FILE* pipe = popen(command.c_str(), "r");
  double seconds = 0;
  const bool told = pipe && std::fscanf(pipe, "%lf", &seconds) == 1;
  if (!pipe || pclose(pipe) != 0 || !told) throw std::runtime_error(command + " failed");
  return seconds;
}

void measure(const fs::path& store, const fs::path& folder, const std::string& script, int rounds) {
  const fs::path raw = folder / fmt::format("raw-{}.db", getpid());
  const double python_share = write_raw(store, raw);
  Values floors, ones, twos, extractions, ones_cpu, floors_cpu, extractions_cpu, python;
  for (int i = 0; i < rounds; ++i) {
    const auto both = [](Values& wall, Values& cpu, const std::function<void()>& work) {
      cpu.push_back(timed(CLOCK_PROCESS_CPUTIME_ID, [&] { wall.push_back(timed(CLOCK_MONOTONIC, work)); }));
    };
    both(floors, floors_cpu, [&] { parse_only(store); });
    both(ones, ones_cpu, [&] { replay_with(store, 1); });
    both(extractions, extractions_cpu, [&] { extract_only(store); });
    twos.push_back(timed(CLOCK_MONOTONIC, [&] { replay_with(store, 2); }));
    python.push_back(extract(script, raw));
  }
  fs::remove(raw);
  const Recording recording = Recording::open(store);
  const auto all = static_cast<double>(recording.epochs().size() * recording.targets().size());
  row_at_least("R1 full replay; 1 thread (server-epochs/s)", all / median(ones), all / median(floors), 0.7);
  told("R1 the same by CPU time (server-epochs/s)", all / median(ones_cpu), all / median(floors_cpu));
  row_at_least("R2 full replay; 2 threads (server-epochs/s)", all / median(twos), all / median(ones), 1.6);
  const double python_rate = python_share / median(python);
  row_at_least("R3 extraction; Python's by CPU time (server-epochs/s)", all / median(extractions_cpu),
               python_rate, 7);
  told("R3 full replay; Python's extraction by CPU time (server-epochs/s)", all / median(ones_cpu),
       python_rate);
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    fmt::print(stderr, "replay_bench STORE FOLDER EXTRACT.PY [ROUNDS]\n");
    return 2;
  }
  try {
    natsrec::bench::measure(argv[1], argv[2], argv[3], argc == 5 ? std::stoi(argv[4]) : 7);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "replay_bench: {}\n", error.what());
    return 1;
  }
}
