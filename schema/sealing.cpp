#include "schema/sealing.hpp"

#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/stored.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
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

using Series = std::pair<std::int64_t, std::string>;  ///< target and endpoint

/// What an epoch has as rows and its run not as chunk.
std::vector<Series> unsealed(sql::Prepared& statements, std::int64_t epoch) {
  const auto query = statements(
      "SELECT target, endpoint FROM snapshot s WHERE epoch = ? AND NOT EXISTS (SELECT 1 "
      "FROM chunk c WHERE c.run = ? AND c.target = s.target AND c.endpoint = s.endpoint)");
  query->bind(1, epoch);
  query->bind(2, run_of(epoch));
  std::vector<Series> out;
  while (query->executeStep())
    out.emplace_back(query->getColumn(0).getInt64(), sql::bytes(query->getColumn(1)));
  return out;
}

/// Rows are only removed once nothing is left to be sealed, those of the last epoch first.
bool removal_began(sql::Prepared& statements, std::int64_t run) {
  return statements
             .lookup(
                 "SELECT snapshots > (SELECT count(*) FROM snapshot WHERE epoch = number) AND EXISTS "
                 "(SELECT 1 FROM chunk WHERE run = ?) FROM epoch WHERE number BETWEEN ? AND ? "
                 "ORDER BY number DESC LIMIT 1",
                 run, first_epoch_of(run), last_epoch_of(run))
             .value_or(0) != 0;
}

bool seal(sql::Prepared& statements, StoredReader& reader, std::int64_t run, const Series& series) {
  std::vector<StoredSnapshot> rows;
  for (Found& found : reader.rows_of_series(run, series.first, series.second)) {
    if (!found.damage.empty()) return false;
    rows.push_back(std::move(found.stored));
  }
  if (rows.empty()) return false;
  const auto content = chunk::seal(rows);
  if (!content || !chunk::gives_back(*content, rows)) return false;
  const auto insert = statements("INSERT INTO chunk (run, target, endpoint, content) VALUES (?, ?, ?, ?)");
  insert->bind(1, run);
  insert->bind(2, series.first);
  insert->bind(3, series.second);
  sql::bind_blob(*insert, 4, *content);
  insert->exec();
  return true;
}

/// Whether anything was sealed.
bool seal_series(sql::Prepared& statements, std::int64_t run) {
  if (removal_began(statements, run)) return false;
  const std::int64_t all = statements
                               .lookup("SELECT max(snapshots) FROM epoch WHERE number BETWEEN ? AND ?",
                                       first_epoch_of(run), last_epoch_of(run))
                               .value_or(0);
  std::int64_t share = std::max(least_series_in_a_step, (all + sealing_steps - 1) / sealing_steps);
  StoredReader reader{statements.database()};
  std::set<Series> tried;  // some cannot be sealed
  bool any = false;
  // The run's first epoch has nearly all of them: going through all epochs would cost as much as sealing.
  for (std::int64_t epoch = first_epoch_of(run); epoch <= last_epoch_of(run) && share > 0; ++epoch) {
    for (const Series& series : unsealed(statements, epoch)) {
      if (share == 0) break;
      if (!tried.insert(series).second || !seal(statements, reader, run, series)) continue;
      any = true;
      --share;
    }
  }
  return any;
}

/// Whether any row was removed.
bool remove_rows(sql::Prepared& statements, std::int64_t run) {
  constexpr const char* remove =
      "DELETE FROM snapshot WHERE epoch = ? AND EXISTS (SELECT 1 FROM chunk c WHERE c.run = ? "
      "AND c.target = snapshot.target AND c.endpoint = snapshot.endpoint)";
  std::int64_t left = epochs_removed_in_a_step;
  for (std::int64_t epoch = last_epoch_of(run); epoch >= first_epoch_of(run) && left > 0; --epoch) {
    const auto rows = statements(remove);
    rows->bind(1, epoch);
    rows->bind(2, run);
    if (rows->exec() > 0) --left;
  }
  return left < epochs_removed_in_a_step;
}

}  // namespace

void seal_some(sql::Prepared& statements) {
  const auto full_runs = [&] {
    return run_of(statements.lookup("SELECT max(number) FROM epoch").value_or(-1) + 1);
  };
  std::int64_t run = statements.lookup("SELECT sealed FROM recording").value_or(0);
  if (run >= full_runs()) return;
  SQLite::Transaction transaction{statements.database(), SQLite::TransactionBehavior::IMMEDIATE};
  for (std::int64_t steps = std::min(most_steps, full_runs() - run); steps > 0 && run < full_runs();
       --steps) {
    if (seal_series(statements, run) || remove_rows(statements, run)) continue;
    const auto finished = statements("UPDATE recording SET sealed = ?");
    finished->bind(1, ++run);
    finished->exec();
  }
  transaction.commit();
}

}  // namespace natsrec::store
