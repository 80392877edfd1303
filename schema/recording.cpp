#include "schema/recording.hpp"

#include "schema/codec.hpp"
#include "schema/printable.hpp"
#include "schema/read_access.hpp"
#include "schema/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

namespace fs = std::filesystem;

Time time_at(const SQLite::Column& column) { return Time{Duration{column.getInt64()}}; }

std::optional<Time> optional_time(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return time_at(column);
}

/// The bytes of a TEXT or BLOB as they are.
std::string bytes(const SQLite::Column& column) {
  // Blob before length: SQLite converts first and counts then.
  const void* data = column.getBlob();
  return data ? std::string{static_cast<const char*>(data), static_cast<std::size_t>(column.getBytes())} : "";
}

}  // namespace

struct Recording::Impl {
  explicit Impl(const fs::path& path) : store(path), access(path) {}

  SQLite::Database& database() { return access.database(); }
  std::optional<Snapshot> snapshot_at(SQLite::Statement& row);
  std::optional<std::string> restore_body(SQLite::Statement& row);

  /// One value of one row, or nothing.
  template <typename Key>
  std::optional<std::string> lookup(const char* sql, const Key& key) {
    SQLite::Statement query{database(), sql};
    query.bind(1, key);
    if (!query.executeStep()) return std::nullopt;
    return bytes(query.getColumn(0));
  }

  fs::path store;
  store::ReadAccess access;
  std::int64_t damaged = 0;
};

namespace {

constexpr const char* snapshot_columns =
    "SELECT t.label, s.endpoint, s.asked_us, s.answered_us, s.status, s.failure, s.failure_text, s.size, "
    "s.body "
    "FROM snapshot s JOIN target t ON t.id = s.target WHERE s.epoch = ? ";

constexpr const char* epoch_columns =
    "SELECT number, started_us, ended_us, interval_us, deployment, folder FROM epoch ";

EpochInfo epoch_at(SQLite::Statement& row) {
  EpochInfo info;
  info.number = row.getColumn(0).getInt64();
  info.started = time_at(row.getColumn(1));
  info.ended = time_at(row.getColumn(2));
  if (!row.getColumn(3).isNull()) info.interval = Duration{row.getColumn(3).getInt64()};
  if (!row.getColumn(4).isNull()) info.deployment = row.getColumn(4).getInt64();
  info.folder = bytes(row.getColumn(5));
  return info;
}

}  // namespace

/// The row's body; nothing if it has none or if it cannot be restored, which is counted.
std::optional<std::string> Recording::Impl::restore_body(SQLite::Statement& row) {
  const SQLite::Column blob = row.getColumn(8);
  if (blob.isNull()) return std::nullopt;
  const char* data = static_cast<const char*>(blob.getBlob());
  auto body = codec::decode({data, data ? static_cast<std::size_t>(blob.getBytes()) : 0});
  if (body && static_cast<std::int64_t>(body->size()) == row.getColumn(7).getInt64()) return body;
  ++damaged;
  return std::nullopt;
}

/// Nothing if the row names an endpoint that does not exist: damage too.
std::optional<Snapshot> Recording::Impl::snapshot_at(SQLite::Statement& row) {
  const auto endpoint = parse_endpoint(bytes(row.getColumn(1)));
  if (!endpoint) {
    ++damaged;
    return std::nullopt;
  }
  Snapshot out;
  out.target = bytes(row.getColumn(0));
  out.endpoint = *endpoint;
  out.asked = optional_time(row.getColumn(2));
  out.answered = optional_time(row.getColumn(3));
  if (!row.getColumn(4).isNull()) out.status = row.getColumn(4).getInt();
  if (!row.getColumn(5).isNull()) {
    const auto failure = parse_failure_class(bytes(row.getColumn(5)));
    out.failure = FetchFailure{failure.value_or(FailureClass::other), bytes(row.getColumn(6))};
  }
  const auto damaged_before = damaged;
  out.body = restore_body(row);
  if (damaged != damaged_before) out.failure = FetchFailure{FailureClass::other, "damaged in the store"};
  return out;
}

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

Recording Recording::open(const fs::path& store) { return Recording{std::make_unique<Impl>(store)}; }

std::string Recording::id() const {
  return store::guarded(
      impl_->store, [&] { return impl_->lookup("SELECT id FROM recording WHERE only = ?", 1).value_or(""); });
}

std::vector<EpochInfo> Recording::epochs() const {
  return store::guarded(impl_->store, [&] {
    std::vector<EpochInfo> out;
    SQLite::Statement query{impl_->database(), std::string{epoch_columns} + "ORDER BY number"};
    while (query.executeStep()) out.push_back(epoch_at(query));
    return out;
  });
}

std::vector<std::string> Recording::targets() const {
  return store::guarded(impl_->store, [&] {
    std::vector<std::string> out;
    SQLite::Statement query{impl_->database(), "SELECT label FROM target ORDER BY label"};
    while (query.executeStep()) out.push_back(bytes(query.getColumn(0)));
    return out;
  });
}

Epoch Recording::epoch(std::int64_t number) const {
  return store::guarded(impl_->store, [&] {
    // One transaction, so that an epoch that is being removed meanwhile is seen whole or not at all.
    SQLite::Transaction transaction{impl_->database()};
    SQLite::Statement head{impl_->database(), std::string{epoch_columns} + "WHERE number = ?"};
    head.bind(1, number);
    if (!head.executeStep()) {
      throw Failure(Exit::store, fmt::format("{} has no epoch {}", printable(impl_->store.string()), number));
    }
    const EpochInfo info = epoch_at(head);
    Epoch out{info.number, info.started, info.ended, info.interval, info.deployment, {}};
    SQLite::Statement query{impl_->database(), snapshot_columns};
    query.bind(1, number);
    while (query.executeStep()) {
      if (auto snapshot = impl_->snapshot_at(query)) out.snapshots.push_back(std::move(*snapshot));
    }
    std::sort(out.snapshots.begin(), out.snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
      return std::tie(a.target, a.endpoint) < std::tie(b.target, b.endpoint);
    });
    return out;
  });
}

Deployment Recording::deployment(std::int64_t id) const {
  try {
    return parse_deployment(deployment_text(id));
  } catch (const Failure& failure) {
    if (failure.code() == Exit::store) throw;
    throw Failure(Exit::store, fmt::format("{} holds a deployment that cannot be read: {}",
                                           printable(impl_->store.string()), failure.what()));
  }
}

std::string Recording::deployment_text(std::int64_t id) const {
  return store::guarded(impl_->store, [&] {
    auto text = impl_->lookup("SELECT document FROM deployment WHERE id = ?", id);
    if (text) return std::move(*text);
    throw Failure(Exit::store, fmt::format("{} has no deployment {}", printable(impl_->store.string()), id));
  });
}

VerbatimFiles Recording::verbatim(std::int64_t epoch) const {
  return store::guarded(impl_->store, [&] {
    VerbatimFiles out;
    SQLite::Statement query{impl_->database(), "SELECT path, content FROM verbatim WHERE epoch = ?"};
    query.bind(1, epoch);
    while (query.executeStep()) {
      auto content = codec::decode(bytes(query.getColumn(1)));
      if (!content) ++impl_->damaged;
      if (content) out.emplace(bytes(query.getColumn(0)), std::move(*content));
    }
    return out;
  });
}

std::optional<Snapshot> Recording::snapshot(std::int64_t epoch, const std::string& target,
                                            Endpoint endpoint) const {
  return store::guarded(impl_->store, [&]() -> std::optional<Snapshot> {
    SQLite::Statement query{impl_->database(),
                            std::string{snapshot_columns} + "AND t.label = ? AND s.endpoint = ?"};
    query.bind(1, epoch);
    query.bindNoCopy(2, target);
    query.bind(3, std::string{name(endpoint)});
    if (!query.executeStep()) return std::nullopt;
    return impl_->snapshot_at(query);
  });
}

std::int64_t Recording::damaged() const { return impl_->damaged; }

}  // namespace natsrec
