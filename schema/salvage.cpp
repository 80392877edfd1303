#include "schema/salvage.hpp"

#include "schema/file_bytes.hpp"
#include "schema/leaf_rows.hpp"
#include "schema/run.hpp"
#include "schema/sealed_run.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/stored.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace natsrec::store {
namespace {

namespace fs = std::filesystem;
using Kind = RawValue::Kind;
using Row = std::vector<RawValue>;

bool is_recording_id(std::string_view text) {
  return text.size() == 32 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// Whether the kinds of a row's values are these: i integer, t text, b blob, n null; in capitals it may also
/// be null.
bool is_like(const Row& row, std::string_view kinds) {
  if (row.size() != kinds.size()) return false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto kind = static_cast<char>(std::tolower(static_cast<unsigned char>(kinds[i])));
    const bool may_be_null = kind != kinds[i] || kind == 'n';
    const Kind expected = kind == 'i'   ? Kind::integer
                          : kind == 't' ? Kind::text
                          : kind == 'b' ? Kind::blob
                                        : Kind::null;
    if (row[i].kind != expected && !(may_be_null && row[i].kind == Kind::null)) return false;
  }
  return true;
}

constexpr std::string_view snapshot_kinds = "iitIIITTIIIB", chunk_kinds = "iitb";  // of version 2

/// The table that has rows like this, as a statement to insert it; none of ours.
const char* statement_for(const Row& row, int version) {
  if (version == 1) {
    if (is_like(row, "nt"))
      return is_recording_id(row[1].bytes)   ? "INSERT OR REPLACE INTO recording VALUES (?, ?)"
             : row[1].bytes.starts_with('{') ? "INSERT OR IGNORE INTO deployment VALUES (?, ?)"
                                             : "INSERT OR IGNORE INTO target VALUES (?, ?)";
    if (is_like(row, "niiIIT")) return "INSERT OR IGNORE INTO epoch VALUES (?, ?, ?, ?, ?, ?)";
    if (is_like(row, "iitIIITTIB"))
      return "INSERT OR IGNORE INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    if (is_like(row, "itb")) return "INSERT OR IGNORE INTO verbatim VALUES (?, ?, ?)";
    return nullptr;
  }
  if (is_like(row, "ntiII") && is_recording_id(row[1].bytes))
    return "INSERT OR REPLACE INTO recording VALUES (?, ?, ?, ?, ?)";
  if (is_like(row, "ntI")) return "INSERT OR IGNORE INTO deployment VALUES (?, ?, ?)";
  if (is_like(row, "nt")) return "INSERT OR IGNORE INTO target VALUES (?, ?)";
  if (is_like(row, "niiIITIIBB")) return "INSERT OR IGNORE INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  if (is_like(row, snapshot_kinds))
    return "INSERT OR IGNORE INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  if (is_like(row, "itIb")) return "INSERT OR IGNORE INTO verbatim VALUES (?, ?, ?, ?)";
  if (is_like(row, chunk_kinds)) return "INSERT OR IGNORE INTO chunk VALUES (?, ?, ?, ?)";
  return nullptr;
}

/// What rows of a snapshot or a chunk are told apart by: epoch or run, target, endpoint.
using Claim = std::tuple<std::int64_t, std::int64_t, std::string>;

std::optional<Claim> claim_of(const Row& row) {
  if (!is_like(row, snapshot_kinds) && !is_like(row, chunk_kinds)) return std::nullopt;
  return Claim{row[0].integer, row[1].integer, std::string{row[2].bytes}};
}

bool is_whole_snapshot(SQLite::Database& database, const Claim& claim) {
  const auto& [epoch, target, endpoint] = claim;
  for (const Found& found : StoredReader{database}.rows_of_series(run_of(epoch), target, endpoint))
    if (found.stored.epoch == epoch) return found.damage.empty();
  return false;
}

bool is_whole_chunk(SQLite::Database& database, const Claim& claim) {
  const auto& [run, target, endpoint] = claim;
  const auto known = parse_endpoint(endpoint);
  SQLite::Statement query{database,
                          "SELECT label, content FROM chunk JOIN target ON target.id = target WHERE run = ? "
                          "AND target = ? AND endpoint = ?"};
  query.bind(1, run);
  query.bind(2, target);
  query.bind(3, endpoint);
  return known && query.executeStep() &&
         open_series({sql::bytes(query.getColumn(0)), *known, sql::bytes(query.getColumn(1))},
                     first_epoch_of(run), last_epoch_of(run), [](std::int64_t, const Snapshot&) {});
}

void insert(SQLite::Database& database, const std::string& statement, std::int64_t rowid, const Row& row) {
  SQLite::Statement query{database, statement};
  int index = 0;
  for (const RawValue& value : row) {
    ++index;
    if (value.kind == Kind::integer) query.bind(index, value.integer);
    if (value.kind == Kind::text) query.bind(index, std::string{value.bytes});
    if (value.kind == Kind::blob) query.bind(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
    // A key of integers is kept as the rowid.
    if (value.kind == Kind::null && index == 1) query.bind(index, rowid);
  }
  query.exec();
}

/// A damaged row may say that it is another one. Of rows that claim one place it goes to the one that is
/// whole.
void settle(SQLite::Database& database, std::string_view file, const std::set<Claim>& claimed_twice) {
  each_row(file, [&](std::int64_t rowid, const Row& row) {
    const auto claim = claim_of(row);
    if (!claim || !claimed_twice.contains(*claim)) return;
    const bool is_chunk = is_like(row, chunk_kinds);
    if (is_chunk ? is_whole_chunk(database, *claim) : is_whole_snapshot(database, *claim)) return;
    insert(database,
           is_chunk ? "INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?)"
                    : "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           rowid, row);
  });
}

/// Version 1 has epochs and snapshots with fewer columns; the header that tells may be what is damaged.
int version_of(std::string_view file) {
  std::int64_t first = 0, later = 0;
  each_row(file, [&](std::int64_t, const Row& row) {
    if (is_like(row, "niiIIT") || is_like(row, "iitIIITTIB")) ++first;
    if (is_like(row, "niiIITIIBB") || is_like(row, snapshot_kinds) || is_like(row, chunk_kinds)) ++later;
  });
  return first > later ? 1 : 2;
}

}  // namespace

void salvage(const fs::path& store, const fs::path& copy) {
  const std::string file = read_bytes(store, std::size_t{1} << 40);
  const int version = version_of(file);
  SQLite::Database database{fs::absolute(copy).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  database.exec("PRAGMA synchronous = OFF");
  make_version(database, version);
  {
    SQLite::Transaction transaction{database};
    std::int64_t last = 0;
    std::set<Claim> claimed_twice;
    each_row(file, [&](std::int64_t rowid, const Row& row) {
      if (is_like(row, "ti") && row[0].bytes == "epoch") last = row[1].integer;
      const char* statement = statement_for(row, version);
      if (!statement) return;
      try {
        insert(database, statement, rowid, row);
        const auto claim = claim_of(row);
        if (claim && database.getChanges() == 0) claimed_twice.insert(*claim);
      } catch (const SQLite::Exception&) {
        // Not a row of ours after all.
      }
    });
    if (!claimed_twice.empty()) settle(database, file, claimed_twice);
    // What is missing at the end is known to be missing.
    SQLite::Statement used{database, "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'epoch'"};
    used.bind(1, last);
    used.exec();
    transaction.commit();
  }
  migrate(database, copy);
}

bool is_walkable(SQLite::Database& database) {
  try {
    SQLite::Statement check{database, "PRAGMA integrity_check(1)"};
    return check.executeStep() && sql::bytes(check.getColumn(0)) == "ok";
  } catch (const SQLite::Exception&) {
    return false;
  }
}

}  // namespace natsrec::store
