#include "schema/recorder.hpp"

#include "schema/codec.hpp"
#include "schema/printable.hpp"
#include "schema/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

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

void bind_blob(SQLite::Statement& statement, int index, const std::string& blob) {
  statement.bindNoCopy(index, blob.data(), static_cast<int>(blob.size()));
}

/// The id of the row whose `column` is `text`; the row is made if there is none.
std::int64_t id_of(SQLite::Database& database, const char* table, const char* column,
                   const std::string& text) {
  SQLite::Statement find{database, fmt::format("SELECT id FROM {} WHERE {} = ?", table, column)};
  find.bindNoCopy(1, text);
  if (find.executeStep()) return find.getColumn(0).getInt64();
  SQLite::Statement insert{database, fmt::format("INSERT INTO {} ({}) VALUES (?)", table, column)};
  insert.bindNoCopy(1, text);
  insert.exec();
  return database.getLastInsertRowid();
}

SQLite::Database open_database(const fs::path& store) {
  std::error_code none;
  const bool create =
      !fs::exists(store, none) || (fs::is_regular_file(store, none) && fs::file_size(store, none) == 0);
  if (!create) store::require_sqlite_file(store);
  // Before SQLite is: it would first make -wal and -shm files of this user's, and those lock the owner out.
  if (!create && access(store.c_str(), W_OK) != 0) {
    throw Failure(Exit::store, fmt::format("{} cannot be written: {}; run as the user it belongs to",
                                           printable(store.string()), std::strerror(errno)));
  }
  // Absolute, so that no name is one of SQLite's special ones (":memory:").
  return SQLite::Database{fs::absolute(store).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                          store::busy_timeout_ms};
}

}  // namespace

struct Recorder::Impl {
  explicit Impl(const fs::path& path) : store(path), database(open_database(path)) {
    if (store::is_blank(database)) database.exec("PRAGMA auto_vacuum = INCREMENTAL");
    store::migrate(database, store);
    database.exec("PRAGMA foreign_keys = ON");
    // FULL because each epoch is evidence; WAL so that a reader left open in a shell never costs one. WAL
    // comes after the migration: until then a crash leaves an empty file, not half a store.
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
  }

  std::int64_t insert(const Epoch& epoch, const std::optional<std::string>& deployment,
                      const std::string* folder);
  void insert(std::int64_t epoch, const std::vector<Snapshot>& snapshots);
  void insert(std::int64_t epoch, const VerbatimFiles& files);
  void checkpoint();

  fs::path store;
  SQLite::Database database;
};

std::int64_t Recorder::Impl::insert(const Epoch& epoch, const std::optional<std::string>& deployment,
                                    const std::string* folder) {
  SQLite::Statement row{database,
                        "INSERT INTO epoch (started_us, ended_us, interval_us, deployment, folder) "
                        "VALUES (?, ?, ?, ?, ?)"};
  row.bind(1, count(epoch.started));
  row.bind(2, count(epoch.ended));
  bind(row, 3, epoch.interval);
  if (deployment) row.bind(4, id_of(database, "deployment", "document", *deployment));
  if (folder) row.bindNoCopy(5, *folder);
  row.exec();
  return database.getLastInsertRowid();
}

void Recorder::Impl::insert(std::int64_t epoch, const std::vector<Snapshot>& snapshots) {
  SQLite::Statement row{
      database,
      "INSERT INTO snapshot (epoch, target, endpoint, asked_us, answered_us, status, failure, "
      "failure_text, size, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  for (const Snapshot& snapshot : snapshots) {
    row.bind(1, epoch);
    row.bind(2, id_of(database, "target", "label", snapshot.target));
    row.bind(3, std::string{name(snapshot.endpoint)});
    bind(row, 4, snapshot.asked);
    bind(row, 5, snapshot.answered);
    if (snapshot.status) row.bind(6, *snapshot.status);
    if (snapshot.failure) {
      row.bind(7, std::string{name(snapshot.failure->failure)});
      row.bindNoCopy(8, snapshot.failure->text);
    }
    std::string blob;
    if (snapshot.body) {
      blob = codec::encode(*snapshot.body);
      row.bind(9, static_cast<std::int64_t>(snapshot.body->size()));
      bind_blob(row, 10, blob);
    }
    row.exec();
    row.reset();
    row.clearBindings();
  }
}

void Recorder::Impl::insert(std::int64_t epoch, const VerbatimFiles& files) {
  SQLite::Statement row{database, "INSERT INTO verbatim (epoch, path, content) VALUES (?, ?, ?)"};
  for (const auto& [path, content] : files) {
    const std::string blob = codec::encode(content);
    row.bind(1, epoch);
    row.bindNoCopy(2, path);
    bind_blob(row, 3, blob);
    row.exec();
    row.reset();
  }
}

void Recorder::Impl::checkpoint() {
  // Not waited for: while somebody reads, what can be moved is moved and the rest stays safe in the -wal.
  database.setBusyTimeout(0);
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const SQLite::Exception&) {
    // The epoch is committed; a later checkpoint moves it.
  }
  database.setBusyTimeout(store::busy_timeout_ms);
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder& Recorder::operator=(Recorder&&) noexcept = default;
Recorder::~Recorder() = default;

Recorder Recorder::open(const fs::path& store) {
  return store::guarded(store, [&] { return Recorder{std::make_unique<Impl>(store)}; });
}

std::int64_t Recorder::record(const Epoch& epoch, const std::optional<Deployment>& deployment) {
  return store::guarded(impl_->store, [&] {
    SQLite::Transaction transaction{impl_->database, SQLite::TransactionBehavior::IMMEDIATE};
    const auto number =
        impl_->insert(epoch, deployment ? std::optional{to_json(*deployment)} : std::nullopt, nullptr);
    impl_->insert(number, epoch.snapshots);
    transaction.commit();
    impl_->checkpoint();
    return number;
  });
}

std::int64_t Recorder::record_imported(const Epoch& epoch, const Origin& origin) {
  return store::guarded(impl_->store, [&] {
    SQLite::Transaction transaction{impl_->database, SQLite::TransactionBehavior::IMMEDIATE};
    const auto number = impl_->insert(epoch, origin.deployment, &origin.folder);
    impl_->insert(number, epoch.snapshots);
    impl_->insert(number, origin.verbatim);
    transaction.commit();
    impl_->checkpoint();
    return number;
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
