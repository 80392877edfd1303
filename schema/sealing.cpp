#include "schema/sealing.hpp"

#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/stored.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace natsrec::store {
namespace {

/// A run is sealed in this many steps, and its rows removed in fewer: both are done before the next run is
/// full.
constexpr std::int64_t sealing_steps = 32;
constexpr std::int64_t epochs_removed_in_a_step = 3;
/// Rows of neighbouring series share pages: fewer would write the same pages again and again.
constexpr std::int64_t least_series_in_a_step = 16;
/// After a migration or an import there may be many full runs: more than one step an epoch then.
constexpr std::int64_t most_steps = 8;

struct Series {
  std::int64_t target;
  std::string endpoint;
};

std::vector<Series> unsealed(SQLite::Database& database, std::int64_t run) {
  SQLite::Statement query{database,
                          "SELECT target, endpoint FROM snapshot WHERE epoch BETWEEN ? AND ? "
                          "EXCEPT SELECT target, endpoint FROM chunk WHERE run = ?"};
  query.bind(1, first_epoch_of(run));
  query.bind(2, last_epoch_of(run));
  query.bind(3, run);
  std::vector<Series> out;
  while (query.executeStep()) out.push_back({query.getColumn(0).getInt64(), sql::bytes(query.getColumn(1))});
  return out;
}

bool same(const StoredSnapshot& a, const StoredSnapshot& b) {
  const Snapshot& x = a.snapshot;
  const Snapshot& y = b.snapshot;
  return a.epoch == b.epoch && a.checksum == b.checksum && x.target == y.target && x.endpoint == y.endpoint &&
         x.asked == y.asked && x.answered == y.answered && x.status == y.status && x.failure == y.failure &&
         x.body == y.body;
}

bool seal(SQLite::Database& database, StoredReader& reader, std::int64_t run, const Series& series) {
  std::vector<StoredSnapshot> rows;
  for (Found& found : reader.rows_of_series(run, series.target, series.endpoint)) {
    if (!found.damage.empty()) return false;
    rows.push_back(std::move(found.stored));
  }
  if (rows.empty()) return false;
  const auto content = chunk::seal(rows);
  if (!content) return false;
  const Snapshot& first = rows.front().snapshot;
  const auto opened =
      chunk::open(*content, first.target, first.endpoint, first_epoch_of(run), last_epoch_of(run));
  if (!opened || !std::equal(opened->begin(), opened->end(), rows.begin(), rows.end(), same)) return false;
  SQLite::Statement insert{database,
                           "INSERT INTO chunk (run, target, endpoint, content) VALUES (?, ?, ?, ?)"};
  insert.bind(1, run);
  insert.bind(2, series.target);
  insert.bind(3, series.endpoint);
  sql::bind_blob(insert, 4, *content);
  insert.exec();
  return true;
}

/// Whether anything was sealed.
bool seal_series(SQLite::Database& database, std::int64_t run) {
  const auto pending = unsealed(database, run);
  if (pending.empty()) return false;
  const std::int64_t done =
      sql::lookup(database, "SELECT count(*) FROM chunk WHERE run = ?", run).value_or(0);
  const std::int64_t all = static_cast<std::int64_t>(pending.size()) + done;
  std::int64_t share = std::max(least_series_in_a_step, (all + sealing_steps - 1) / sealing_steps);
  StoredReader reader{database};
  bool any = false;
  for (const Series& series : pending) {
    if (share == 0) break;
    if (!seal(database, reader, run, series)) continue;
    any = true;
    --share;
  }
  return any;
}

/// Whether any row was removed.
bool remove_rows(SQLite::Database& database, std::int64_t run) {
  SQLite::Statement remove{
      database,
      "DELETE FROM snapshot WHERE epoch = ? AND EXISTS (SELECT 1 FROM chunk c WHERE c.run = ? "
      "AND c.target = snapshot.target AND c.endpoint = snapshot.endpoint)"};
  std::int64_t left = epochs_removed_in_a_step;
  for (std::int64_t epoch = last_epoch_of(run); epoch >= first_epoch_of(run) && left > 0; --epoch) {
    remove.bind(1, epoch);
    remove.bind(2, run);
    if (remove.exec() > 0) --left;
    remove.reset();
  }
  return left < epochs_removed_in_a_step;
}

}  // namespace

void seal_some(SQLite::Database& database) {
  const auto full_runs = [&] {
    return run_of(sql::lookup(database, "SELECT max(number) FROM epoch").value_or(-1) + 1);
  };
  std::int64_t run = sql::lookup(database, "SELECT sealed FROM recording").value_or(0);
  if (run >= full_runs()) return;
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  for (std::int64_t steps = std::min(most_steps, full_runs() - run); steps > 0 && run < full_runs();
       --steps) {
    if (seal_series(database, run) || remove_rows(database, run)) continue;
    SQLite::Statement finished{database, "UPDATE recording SET sealed = ?"};
    finished.bind(1, ++run);
    finished.exec();
  }
  transaction.commit();
}

}  // namespace natsrec::store
