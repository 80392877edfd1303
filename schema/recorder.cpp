#include "schema/recorder.hpp"

#include "schema/checksum.hpp"
#include "schema/codec.hpp"
#include "schema/printable.hpp"
#include "schema/run.hpp"
#include "schema/sealing.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/stored.hpp"
#include "schema/write_access.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

namespace natsrec {
namespace {

namespace fs = std::filesystem;

std::int64_t count(Time time) { return time.time_since_epoch().count(); }
std::int64_t count(Duration duration) { return duration.count(); }

template <typename T>
void bind(SQLite::Statement& statement, int index, const std::optional<T>& value) {
  if (value) {
    statement.bind(index, count(*value));
  } else {
    statement.bind(index);
  }
}

/// An epoch made ready to be inserted: all that takes time is done before the store is locked.
struct PreparedEpoch {
  checksum::EpochRow row;
  std::optional<std::int64_t> base;  ///< the epoch whose bodies ours are based on
  struct Row {
    const Snapshot* snapshot;
    std::uint64_t checksum;
    bool based;
    std::string blob;
  };
  std::vector<Row> rows;  ///< by target label, then endpoint
};

/// All that an epoch may have besides its snapshots.
struct Rest {
  std::optional<std::string> deployment, folder;
  const VerbatimFiles* verbatim = nullptr;
  std::optional<Place> place;
};

}  // namespace

struct Recorder::Impl {
  explicit Impl(const fs::path& path) : store(path), database(store::open_to_write(path)) {}

  std::int64_t record(const Epoch& epoch, const Rest& rest);
  std::int64_t next_number();
  std::int64_t target_id(const std::string& label);
  std::int64_t deployment_id(const std::string& document);
  PreparedEpoch prepare(const Epoch& epoch, const Rest& rest, std::int64_t number);
  void know_bases(std::optional<std::int64_t> epoch);
  void insert(const PreparedEpoch& prepared, const Rest& rest);
  void insert_rows(const PreparedEpoch& prepared);
  void insert_verbatim(std::int64_t epoch, const VerbatimFiles& files, std::vector<std::uint64_t>& parts);
  std::string previous_digest();
  void seal();

  fs::path store;
  SQLite::Database database;
  sql::Prepared statements{database};
  std::map<std::string, std::int64_t> targets;  ///< known ids
  /// The epoch that the run's others are based on, and its bodies: read once, for as long as we are open.
  std::optional<std::int64_t> bases_epoch;
  std::map<std::pair<std::string, Endpoint>, std::string> bases;
};

std::int64_t Recorder::Impl::next_number() {
  return statements.lookup("SELECT seq FROM sqlite_sequence WHERE name = 'epoch'").value_or(0) + 1;
}

std::int64_t Recorder::Impl::target_id(const std::string& label) {
  if (targets.empty()) {
    SQLite::Statement all{database, "SELECT label, id FROM target"};
    while (all.executeStep()) targets.emplace(sql::bytes(all.getColumn(0)), all.getColumn(1).getInt64());
  }
  const auto known = targets.find(label);
  if (known != targets.end()) return known->second;
  SQLite::Statement insert{database, "INSERT INTO target (label) VALUES (?) ON CONFLICT DO NOTHING"};
  insert.bindNoCopy(1, label);
  insert.exec();
  SQLite::Statement find{database, "SELECT id FROM target WHERE label = ?"};
  find.bindNoCopy(1, label);
  find.executeStep();
  return targets[label] = find.getColumn(0).getInt64();
}

std::int64_t Recorder::Impl::deployment_id(const std::string& document) {
  const auto find = statements("SELECT id FROM deployment WHERE document = ?");
  find->bindNoCopy(1, document);
  if (find->executeStep()) return find->getColumn(0).getInt64();
  SQLite::Statement insert{database, "INSERT INTO deployment (document, checksum) VALUES (?, ?)"};
  insert.bindNoCopy(1, document);
  insert.bind(2, sql::to_sql(checksum::of_deployment(document)));
  insert.exec();
  return database.getLastInsertRowid();
}

void Recorder::Impl::know_bases(std::optional<std::int64_t> epoch) {
  if (bases_epoch == epoch) return;
  bases.clear();
  bases_epoch.reset();
  if (!epoch) return;
  for (store::Found& found : store::StoredReader{database}.snapshots(*epoch, 0)) {
    Snapshot& s = found.stored.snapshot;
    if (found.damage.empty() && s.body) bases.insert_or_assign({s.target, s.endpoint}, std::move(*s.body));
  }
  bases_epoch = epoch;
}

PreparedEpoch Recorder::Impl::prepare(const Epoch& epoch, const Rest& rest, std::int64_t number) {
  PreparedEpoch out;
  out.row = {number,         epoch.started, epoch.ended,
             epoch.interval, rest.folder,   static_cast<std::int64_t>(epoch.snapshots.size()),
             std::nullopt};
  if (rest.deployment) out.row.deployment = checksum::of_deployment(*rest.deployment);
  // All of a run is based on its first epoch, so that no row needs more than one other to be read.
  out.base =
      statements.lookup("SELECT min(epoch) FROM snapshot WHERE epoch >= ?", first_epoch_of(run_of(number)));
  know_bases(out.base);
  for (const Snapshot& s : epoch.snapshots) {
    PreparedEpoch::Row row{&s, checksum::of_snapshot(number, s), false, {}};
    if (s.body) {
      const auto base = bases.find({s.target, s.endpoint});
      row.based = base != bases.end() && !base->second.empty();
      row.blob = row.based ? codec::encode(*s.body, base->second, codec::row_level)
                           : codec::encode(*s.body, {}, codec::base_level);
    }
    out.rows.push_back(std::move(row));
  }
  std::sort(out.rows.begin(), out.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.snapshot->target, a.snapshot->endpoint) <
           std::tie(b.snapshot->target, b.snapshot->endpoint);
  });
  return out;
}

std::string Recorder::Impl::previous_digest() {
  const auto last = statements("SELECT digest FROM epoch ORDER BY number DESC LIMIT 1");
  if (last->executeStep()) return sql::bytes(last->getColumn(0));
  SQLite::Statement id{database, "SELECT id FROM recording"};
  return checksum::first_digest(id.executeStep() ? sql::bytes(id.getColumn(0)) : "");
}

void Recorder::Impl::insert_rows(const PreparedEpoch& prepared) {
  const auto insert = statements(
      "INSERT INTO snapshot (epoch, target, endpoint, asked_us, answered_us, status, failure, failure_text, "
      "size, base, checksum, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SQLite::Statement& row = *insert;
  for (const auto& [snapshot, checksum, based, blob] : prepared.rows) {
    row.bind(1, prepared.row.number);
    row.bind(2, target_id(snapshot->target));
    row.bind(3, std::string{name(snapshot->endpoint)});
    bind(row, 4, snapshot->asked);
    bind(row, 5, snapshot->answered);
    if (snapshot->status) row.bind(6, *snapshot->status);
    if (snapshot->failure) {
      row.bind(7, std::string{name(snapshot->failure->failure)});
      row.bindNoCopy(8, snapshot->failure->text);
    }
    row.bind(11, sql::to_sql(checksum));
    if (snapshot->body) {
      row.bind(9, static_cast<std::int64_t>(snapshot->body->size()));
      if (based) row.bind(10, *prepared.base);
      sql::bind_blob(row, 12, blob);
    }
    row.exec();
    row.reset();
    row.clearBindings();
  }
}

void Recorder::Impl::insert_verbatim(std::int64_t epoch, const VerbatimFiles& files,
                                     std::vector<std::uint64_t>& parts) {
  SQLite::Statement row{database,
                        "INSERT INTO verbatim (epoch, path, checksum, content) VALUES (?, ?, ?, ?)"};
  for (const auto& [path, content] : files) {
    const std::string blob = codec::encode(content);
    parts.push_back(checksum::of_verbatim(path, content));
    row.bind(1, epoch);
    row.bindNoCopy(2, path);
    row.bind(3, sql::to_sql(parts.back()));
    sql::bind_blob(row, 4, blob);
    row.exec();
    row.reset();
  }
}

void Recorder::Impl::insert(const PreparedEpoch& prepared, const Rest& rest) {
  const checksum::EpochRow& epoch = prepared.row;
  // A copy that begins anywhere has no runs before it to seal.
  if (rest.place && next_number() == 1)
    database.exec(fmt::format("UPDATE recording SET sealed = {}", run_of(epoch.number)));
  std::vector<std::uint64_t> parts;
  for (const auto& row : prepared.rows) parts.push_back(row.checksum);
  const std::string previous = rest.place && rest.place->previous ? *rest.place->previous : previous_digest();
  const auto insert_epoch = statements(
      "INSERT INTO epoch (number, started_us, ended_us, interval_us, deployment, folder, snapshots, "
      "checksum, previous) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SQLite::Statement& row = *insert_epoch;
  row.bind(1, epoch.number);
  row.bind(2, count(epoch.started));
  row.bind(3, count(epoch.ended));
  bind(row, 4, epoch.interval);
  if (rest.deployment) row.bind(5, deployment_id(*rest.deployment));
  if (epoch.folder) row.bindNoCopy(6, *epoch.folder);
  row.bind(7, epoch.snapshots);
  row.bind(8, sql::to_sql(checksum::of_epoch(epoch)));
  sql::bind_blob(row, 9, previous);
  row.exec();
  insert_rows(prepared);
  if (rest.verbatim) insert_verbatim(epoch.number, *rest.verbatim, parts);
  const std::string digest = checksum::digest(previous, checksum::of_epoch(epoch), parts);
  const auto seal = statements("UPDATE epoch SET digest = ? WHERE number = ?");
  sql::bind_blob(*seal, 1, digest);
  seal->bind(2, epoch.number);
  seal->exec();
}

std::int64_t Recorder::Impl::record(const Epoch& epoch, const Rest& rest) {
  return store::guarded(store, [&] {
    for (;;) {
      const std::int64_t next = next_number();
      const std::int64_t number = rest.place ? rest.place->number : next;
      if (number < next)
        throw Failure(Exit::store,
                      fmt::format("{} has had an epoch {} before", printable(store.string()), number));
      const PreparedEpoch prepared = prepare(epoch, rest, number);
      {
        SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
        if (next_number() != next) continue;  // somebody else was faster: the number is taken
        try {
          insert(prepared, rest);
          transaction.commit();
        } catch (...) {
          targets.clear();  // what was added to the table meanwhile is taken back
          throw;
        }
      }
      seal();
      store::checkpoint(database);
      return number;
    }
  });
}

void Recorder::Impl::seal() {
  try {
    store::seal_some(statements);
  } catch (const SQLite::Exception&) {
    // The epoch is committed and nothing is lost: the next one tries again, and `verify` names damage.
  }
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder& Recorder::operator=(Recorder&&) noexcept = default;
Recorder::~Recorder() = default;

Recorder Recorder::open(const fs::path& store) {
  return store::guarded(store, [&] { return Recorder{std::make_unique<Impl>(store)}; });
}

std::int64_t Recorder::record(const Epoch& epoch, const std::optional<Deployment>& deployment) {
  Rest rest;
  if (deployment) rest.deployment = to_json(*deployment);
  return impl_->record(epoch, rest);
}

std::int64_t Recorder::record_imported(const Epoch& epoch, const Origin& origin) {
  const auto folder = origin.folder.empty() ? std::nullopt : std::optional{origin.folder};
  return impl_->record(epoch, {origin.deployment, folder, &origin.verbatim, std::nullopt});
}

std::int64_t Recorder::record_copy(const Epoch& epoch, const std::optional<std::string>& deployment,
                                   const std::optional<std::string>& folder, const VerbatimFiles& verbatim,
                                   const Place& place) {
  return impl_->record(epoch, {deployment, folder, &verbatim, place});
}

void Recorder::become_copy_of(const std::string& id, const std::optional<ReportSpan>& span) {
  store::guarded(impl_->store, [&] {
    impl_->database.exec("PRAGMA synchronous = OFF");
    SQLite::Statement update{impl_->database,
                             "UPDATE recording SET id = ?, report_since_us = ?, report_until_us = ?"};
    update.bindNoCopy(1, id);
    if (span) {
      update.bind(2, count(span->since));
      update.bind(3, count(span->until));
    }
    update.exec();
  });
}

std::optional<Time> Recorder::newest() const {
  return store::guarded(impl_->store, [&]() -> std::optional<Time> {
    SQLite::Statement query{impl_->database, "SELECT max(started_us) FROM epoch"};
    query.executeStep();
    if (query.getColumn(0).isNull()) return std::nullopt;
    return Time{Duration{query.getColumn(0).getInt64()}};
  });
}

}  // namespace natsrec
