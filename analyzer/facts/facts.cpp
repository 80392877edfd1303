#include "analyzer/facts/facts.hpp"

#include "analyzer/commands/analysis.hpp"
#include "analyzer/facts/findings.hpp"
#include "analyzer/facts/intervals.hpp"
#include "analyzer/facts/rows.hpp"
#include "analyzer/facts/version.hpp"
#include "analyzer/incident/assemble.hpp"
#include "analyzer/incident/select.hpp"
#include "analyzer/saved/analysis.hpp"
#include "analyzer/saved/state.hpp"
#include "schema/codec.hpp"
#include "schema/failure.hpp"
#include "schema/printable.hpp"
#include "schema/sql.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace natsrec::facts {
namespace {

namespace fs = std::filesystem;

/// A file that has the facts' name and is something else.
struct NotOurs : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr const char* tables =
#include "facts_sql.inc"
    ;
constexpr std::int32_t application_id = 0x4E464143;
/// Waiting for another analyzer longer than this takes longer than to do without.
constexpr int busy_timeout_ms = 2'000;

/// Of zstd: what is written with each new epoch is a third then, and hardly takes longer to make.
constexpr int state_level = 1;

/// What the facts at hand were derived from.
struct Key {
  std::int64_t first = 0, last = 0;
  std::int64_t damage = 0;
};

std::string hex(const std::string& bytes) {
  std::string out;
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

bool is_blank(SQLite::Database& database) {
  return pragma(database, "application_id") == 0 &&
         database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

/// Facts of this recording, by this program, that new epochs can be added to: the beginning is the same, and
/// up to the newest epoch they know nothing is different.
std::optional<Key> usable(SQLite::Database& database, const Recording& recording) {
  if (pragma(database, "application_id") != application_id ||
      pragma(database, "user_version") != layout_version)
    return std::nullopt;
  SQLite::Statement query{database,
                          "SELECT first_epoch, last_epoch, damage, first_digest, last_digest FROM facts "
                          "WHERE decoder = ? AND detector = ? AND recording = ?"};
  query.bind(1, decoder_version);
  query.bind(2, detector_version);
  query.bind(3, recording.id());
  if (!query.executeStep()) return std::nullopt;
  const Key key{query.getColumn(0).getInt64(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64()};
  if (recording.first_number() != key.first ||
      hex(recording.digest(key.first)) != sql::bytes(query.getColumn(3)) ||
      hex(recording.digest(key.last)) != sql::bytes(query.getColumn(4)))
    return std::nullopt;
  return key;
}

bool up_to_date(const Key& key, const Recording& recording) { return recording.last_number() == key.last; }

void clear(SQLite::Database& database) {
  std::vector<std::string> drops;
  {
    SQLite::Statement all{database, "SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'table')"};
    while (all.executeStep())
      drops.push_back(
          fmt::format("DROP {} \"{}\"", all.getColumn(0).getString(), all.getColumn(1).getString()));
  }
  for (const auto& drop : drops) database.exec(drop);
  database.exec(tables);
  database.exec(fmt::format("PRAGMA user_version = {}", layout_version));
}

std::string part(SQLite::Database& database, const char* name) {
  SQLite::Statement statement{database, "SELECT saved FROM state WHERE part = ?"};
  statement.bind(1, name);
  if (!statement.executeStep()) return "";
  return codec::decode(sql::bytes(statement.getColumn(0))).value_or("");
}

SavedReplay saved_replay(SQLite::Database& database) {
  return {part(database, "story"), part(database, "habits")};
}

/// How the analysis stood after the newest epoch that the facts know.
struct Saved {
  Replay story;
  std::string habits, intervals;  ///< as saved
};

std::optional<Saved> saved(SQLite::Database& database) {
  try {
    auto replay = saved_replay(database);
    auto story = load(replay);
    return Saved{std::move(story), std::move(replay.habits), part(database, "intervals")};
  } catch (const Failure&) {
    return std::nullopt;  // damaged: all is derived anew
  }
}

void write_state(SQLite::Database& database, const Saved& now, const Intervals& intervals) {
  Row row{database,
          "INSERT INTO state (part, saved) VALUES (?, ?) ON CONFLICT (part) DO UPDATE "
          "SET saved = excluded.saved"};
  const auto write = [&](const char* name, const std::string& bytes) {
    row.write(name, Blob{codec::encode(bytes, {}, state_level)});
  };
  const auto replay = save(now.story);
  write("story", replay.story);
  if (replay.habits != now.habits) write("habits", replay.habits);
  write("intervals", to_bytes(intervals));
}

/// Takes in the epochs that are new, or all. In a transaction of the caller's.
void derive(SQLite::Database& database, const Recording& recording, std::optional<Key> known,
            const Audience& audience) {
  auto from = known ? saved(database) : std::nullopt;
  if (!from) {
    known.reset();
    from.emplace();
    clear(database);
  }
  auto& story = from->story;
  Intervals intervals{database};
  if (known) from_bytes(from->intervals, intervals);
  const auto damaged_before = recording.damaged();
  const auto last = recording.last_number();
  story.show_to(&intervals);
  // Up to the last: more may be written meanwhile.
  replay(recording, {.after = known ? known->last : 0, .last = last}, story, audience.progress);
  story.show_to(nullptr);
  intervals.finish(story);
  const auto damage = (known ? known->damage : 0) + recording.damaged() - damaged_before;
  write_state(database, *from, intervals);
  const auto analysis = assemble(std::move(story), {recording.id(), "", damage}, {});
  write_findings(database, analysis);
  const auto first = known ? known->first : recording.first_number();
  const auto& told = analysis.recording;
  std::optional<double> interval;
  if (told.interval) interval = seconds(*told.interval);
  Row{database,
      "INSERT OR REPLACE INTO facts (only, decoder, detector, recording, first_epoch, first_digest, "
      "last_epoch, "
      "last_digest, epochs, damage, interval_s, coverage, began_unix, ended_unix, saved) "
      "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"}
      .write(decoder_version, detector_version, recording.id(), first, hex(recording.digest(first)), last,
             hex(recording.digest(last)), told.epochs, damage, interval, told.coverage, told.first_epoch,
             told.last_epoch, Blob{to_bytes(told)});
}

/// Another analyzer may have been faster, so all is asked again under the lock.
void bring_up_to_date(SQLite::Database& database, const Recording& recording, const Audience& audience) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  const auto known = usable(database, recording);
  if (known && up_to_date(*known, recording)) return;
  derive(database, recording, known, audience);
  transaction.commit();
}

bool says_it_is_ours(const fs::path& file) {
  std::array<char, 100> header{};
  std::ifstream in{file, std::ios::binary};
  if (!in.read(header.data(), header.size())) return false;
  constexpr std::size_t at = 68;  // where SQLite keeps the application id, big endian
  return std::string_view(header.data(), 15) == "SQLite format 3" &&
         std::string_view(header.data() + at, 4) == "NFAC";
}

using DatabasePtr = std::unique_ptr<SQLite::Database>;

DatabasePtr open_database(const fs::path& file, int flags) {
  // Absolute, so that no name is one of SQLite's special ones.
  auto database = std::make_unique<SQLite::Database>(fs::absolute(file).string(), flags, busy_timeout_ms);
  database->exec("PRAGMA synchronous = NORMAL");
  return database;
}

/// As they are, if nothing is new: SQLite opens what is protected for reading only, and that is enough then.
DatabasePtr open_up_to_date(const fs::path& file, const Recording& recording, const Audience& audience) {
  auto database = open_database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const auto known = usable(*database, recording);
  if (known && up_to_date(*known, recording)) return database;
  if (!is_blank(*database) && pragma(*database, "application_id") != application_id)
    throw NotOurs("it is another application's file");
  bring_up_to_date(*database, recording, audience);
  return database;
}

bool discard(const fs::path& facts) {
  std::error_code failed;
  const bool gone = fs::remove(facts, failed);
  fs::remove(fs::path(facts) += "-journal", failed);
  return gone;
}

bool is(const SQLite::Exception& error, int code) { return (error.getErrorCode() & 0xff) == code; }

}  // namespace

struct Facts::Impl {
  std::unique_ptr<SQLite::Database> database;
  fs::path file;
};

Facts::Facts(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Facts::Facts(Facts&&) noexcept = default;
Facts& Facts::operator=(Facts&&) noexcept = default;
Facts::~Facts() = default;

std::vector<fs::path> places(const fs::path& store, const std::string& recording) {
  std::vector<fs::path> out{fs::path(store) += ".facts"};
  fs::path cache;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg == '/')
    cache = xdg;
  else if (const char* home = std::getenv("HOME"); home && *home == '/')
    cache = fs::path(home) / ".cache";
  if (!cache.empty()) out.push_back(cache / "nats-recorder" / (recording + ".facts"));
  return out;
}

std::optional<Facts> Facts::open(const Recording& recording, const fs::path& store,
                                 const Audience& audience) {
  bool beside = true;
  for (const auto& file : places(store, recording.id())) {
    const auto note = [&](const std::string& what) {
      if (audience.note) audience.note(fmt::format("{}: {}", printable(file.string()), printable(what)));
    };
    bool again = true;
    for (int attempt = 0; again && attempt < 2; ++attempt) {
      again = false;
      try {
        std::error_code exists_or_fails_below;
        if (!beside) fs::create_directories(file.parent_path(), exists_or_fails_below);
        return Facts{std::make_unique<Impl>(Impl{open_up_to_date(file, recording, audience), file})};
      } catch (const SQLite::Exception& error) {
        note(error.what());
        if (is(error, SQLITE_BUSY) || is(error, SQLITE_LOCKED)) return std::nullopt;
        // Damaged facts of ours are worth nothing; what else has their name is left alone.
        if ((is(error, SQLITE_CORRUPT) || is(error, SQLITE_NOTADB) || is(error, SQLITE_ERROR)) &&
            says_it_is_ours(file)) {
          again = discard(file);
        }
      } catch (const NotOurs& other) {
        note(other.what());
      }
    }
    beside = false;
  }
  return std::nullopt;
}

std::optional<Facts::Start> Facts::start(const Recording& recording, const fs::path& store) {
  for (const auto& file : places(store, recording.id())) {
    try {
      std::error_code none;
      if (!fs::exists(file, none)) continue;
      const auto database = open_database(file, SQLite::OPEN_READONLY);
      SQLite::Transaction transaction{*database};
      const auto known = usable(*database, recording);
      if (!known) continue;
      if (auto from = saved(*database)) return Start{std::move(from->story), known->last, known->damage};
    } catch (const SQLite::Exception&) {
      continue;  // then from the first epoch
    }
  }
  return std::nullopt;
}

Facts Facts::in_memory(const Recording& recording, const Audience& audience) {
  auto database =
      std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  bring_up_to_date(*database, recording, audience);
  return Facts{std::make_unique<Impl>(Impl{std::move(database), {}})};
}

template <class Work>
auto Facts::unless_damaged(Work&& work) const -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const Failure&) {
  } catch (const SQLite::Exception& error) {
    if (!is(error, SQLITE_CORRUPT) && !is(error, SQLITE_NOTADB)) return std::nullopt;
  }
  if (!impl_->file.empty()) discard(impl_->file);
  return std::nullopt;
}

std::optional<Analysis> Facts::analysis(const AnalysisOptions& options, const std::string& store_name,
                                        bool lanes) const {
  return unless_damaged([&] {
    auto& database = *impl_->database;
    SQLite::Transaction transaction{database};
    Analysis analysis;
    SQLite::Statement told{database, "SELECT saved FROM facts"};
    if (!told.executeStep()) throw damaged_state();
    from_bytes(sql::bytes(told.getColumn(0)), analysis.recording);
    analysis.recording.name = store_name;
    analysis.as_of = analysis.recording.last_epoch;
    analysis.incidents = read_incidents(database, options.since);
    analysis.findings = read_findings(database, options.since);
    if (lanes) analysis.lanes = load(saved_replay(database)).lanes();
    put_in_order(analysis);
    select(analysis, options);
    return analysis;
  });
}

std::optional<Replay> Facts::replay() const {
  return unless_damaged([&] { return load(saved_replay(*impl_->database)); });
}

SQLite::Database& Facts::database() const { return *impl_->database; }
const fs::path& Facts::file() const { return impl_->file; }

}  // namespace natsrec::facts
