#include "schema/maintenance.hpp"
#include "schema/read_access.hpp"
#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/write_access.hpp"

#include <fmt/format.h>

namespace natsrec {
namespace {

/// So many pages are given back at once: a step stays short, and so does the -wal.
constexpr int pages_in_a_step = 512;

std::uint64_t used_bytes(SQLite::Database& database) {
  const auto pages = sql::lookup(database, "SELECT page_count FROM pragma_page_count").value_or(0) -
                     sql::lookup(database, "SELECT freelist_count FROM pragma_freelist_count").value_or(0);
  return static_cast<std::uint64_t>(
      pages * sql::lookup(database, "SELECT page_size FROM pragma_page_size").value_or(0));
}

std::optional<Expired> oldest_expired(SQLite::Database& database, const Retention& retention) {
  const auto oldest = sql::lookup(database, "SELECT min(number) FROM epoch");
  const auto newest = sql::lookup(database, "SELECT max(number) FROM epoch");
  if (!oldest || !newest || run_of(*oldest) == run_of(*newest)) return std::nullopt;
  Expired out{run_of(*oldest), false, 0};
  out.epochs = sql::lookup(database, "SELECT count(*) FROM epoch WHERE number <= ?", last_epoch_of(out.run))
                   .value_or(0);
  if (retention.age) {
    // By the latest time in the run: the clock may have gone back.
    const auto run_ends =
        sql::lookup(database, "SELECT max(started_us) FROM epoch WHERE number <= ?", last_epoch_of(out.run));
    const auto now = sql::lookup(database, "SELECT started_us FROM epoch WHERE number = ?", *newest);
    out.by_age = run_ends && now && *run_ends < *now - retention.age->count();
  }
  const bool by_size = retention.size && used_bytes(database) > *retention.size;
  if (!out.by_age && !by_size) return std::nullopt;
  return out;
}

void remove_run(SQLite::Database& database, std::int64_t run) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  for (const char* remove : {"DELETE FROM snapshot WHERE epoch <= ?", "DELETE FROM verbatim WHERE epoch <= ?",
                             "DELETE FROM epoch WHERE number <= ?"}) {
    SQLite::Statement statement{database, remove};
    statement.bind(1, last_epoch_of(run));
    statement.exec();
  }
  SQLite::Statement chunks{database, "DELETE FROM chunk WHERE run <= ?"};
  chunks.bind(1, run);
  chunks.exec();
  SQLite::Statement sealed{database, "UPDATE recording SET sealed = max(sealed, ?)"};
  sealed.bind(1, run + 1);
  sealed.exec();
  transaction.commit();
}

void give_space_back(SQLite::Database& database) {
  for (auto before = sql::lookup(database, "SELECT freelist_count FROM pragma_freelist_count").value_or(0);
       before > 0;) {
    SQLite::Statement step{database, fmt::format("PRAGMA incremental_vacuum({})", pages_in_a_step)};
    while (step.executeStep()) {
    }
    step.reset();
    store::checkpoint(database);
    const auto after = sql::lookup(database, "SELECT freelist_count FROM pragma_freelist_count").value_or(0);
    if (after >= before) return;
    before = after;
  }
}

std::uint64_t size_of(const std::filesystem::path& store) {
  std::error_code none;
  return std::filesystem::file_size(store, none);
}

}  // namespace

std::optional<Expired> expired(const std::filesystem::path& store, const Retention& retention) {
  return store::guarded(store, [&] {
    store::ReadAccess access{store};
    return oldest_expired(access.database(), retention);
  });
}

Pruned prune(const std::filesystem::path& store, const Retention& retention, std::int64_t most_runs) {
  return store::guarded(store, [&] {
    Pruned out;
    out.before = size_of(store);
    SQLite::Database database = store::open_to_write(store);
    while (out.runs < most_runs) {
      const auto run = oldest_expired(database, retention);
      if (!run) break;
      remove_run(database, run->run);
      ++out.runs;
      out.epochs += run->epochs;
      (run->by_age ? out.by_age : out.by_size) = true;
      give_space_back(database);
    }
    store::checkpoint(database);
    out.after = size_of(store);
    return out;
  });
}

}  // namespace natsrec
