#include "schema/stored.hpp"

#include "schema/codec.hpp"
#include "schema/run.hpp"
#include "schema/sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace natsrec::store {
namespace {

constexpr const char* epoch_columns =
    "SELECT e.number, e.started_us, e.ended_us, e.interval_us, e.deployment, e.folder, e.snapshots, "
    "e.checksum, "
    "e.previous, e.digest, d.checksum FROM epoch e LEFT JOIN deployment d ON d.id = e.deployment ";

constexpr const char* snapshot_columns =
    "SELECT s.epoch, s.target, t.label, s.endpoint, s.asked_us, s.answered_us, s.status, s.failure, "
    "s.failure_text, s.size, s.base, s.checksum, s.body FROM snapshot s LEFT JOIN target t ON t.id = "
    "s.target ";

FoundEpoch epoch_at(SQLite::Statement& row) {
  FoundEpoch out;
  EpochInfo& info = out.info;
  info.number = row.getColumn(0).getInt64();
  info.started = sql::time(row.getColumn(1)).value_or(Time{});
  info.ended = sql::time(row.getColumn(2)).value_or(Time{});
  if (const auto interval = sql::number(row.getColumn(3))) info.interval = Duration{*interval};
  info.deployment = sql::number(row.getColumn(4));
  info.folder = sql::bytes(row.getColumn(5));
  out.row = {info.number, info.started, info.ended, info.interval, std::nullopt, 0, std::nullopt};
  if (!row.getColumn(5).isNull()) out.row.folder = info.folder;
  out.row.snapshots = info.snapshots = sql::number(row.getColumn(6)).value_or(0);
  if (info.deployment) out.row.deployment = sql::from_sql(sql::number(row.getColumn(10)).value_or(0));
  out.checksum = sql::from_sql(sql::number(row.getColumn(7)).value_or(0));
  out.previous = sql::bytes(row.getColumn(8));
  out.digest = sql::bytes(row.getColumn(9));
  if (checksum::of_epoch(out.row) != out.checksum) out.damage = "its row is not as it was written";
  return out;
}

auto key_of(const Found& found) {
  return std::tie(found.stored.snapshot.target, found.stored.snapshot.endpoint);
}

/// By target and endpoint, a whole one before a damaged one.
void order(std::vector<Found>& snapshots) {
  std::sort(snapshots.begin(), snapshots.end(), [](const Found& a, const Found& b) {
    return std::pair{key_of(a), !a.damage.empty()} < std::pair{key_of(b), !b.damage.empty()};
  });
}

/// A damaged index leads to rows of other epochs, or to two for one snapshot.
void drop_what_was_not_asked_for(std::int64_t epoch, std::vector<Found>& ordered) {
  std::erase_if(ordered, [&](const Found& found) { return found.stored.epoch != epoch; });
  const auto same = [](const Found& a, const Found& b) { return key_of(a) == key_of(b); };
  ordered.erase(std::unique(ordered.begin(), ordered.end(), same), ordered.end());
}

/// Nothing but where it should be is left of a damaged snapshot: no part of it can be trusted.
Found damaged(StoredSnapshot stored, std::string why) {
  Snapshot rest;
  rest.target = std::move(stored.snapshot.target);
  rest.endpoint = stored.snapshot.endpoint;
  stored.snapshot = std::move(rest);
  return {std::move(stored), std::move(why)};
}

Found lost_with_chunk(std::int64_t epoch, const std::string& target, Endpoint endpoint) {
  StoredSnapshot lost;
  lost.epoch = epoch;
  lost.snapshot.target = target;
  lost.snapshot.endpoint = endpoint;
  return damaged(std::move(lost), "its chunk cannot be opened");
}

constexpr const char* elsewhere = "the index leads to another's row";

Found judged(StoredSnapshot stored) {
  if (checksum::of_snapshot(stored.epoch, stored.snapshot) == stored.checksum) return {std::move(stored), ""};
  return damaged(std::move(stored), "it is not as it was recorded");
}

}  // namespace

std::vector<FoundEpoch> epochs(SQLite::Database& database) {
  std::vector<FoundEpoch> out;
  each_epoch_after(database, std::numeric_limits<std::int64_t>::min(), [&](FoundEpoch epoch) {
    out.push_back(std::move(epoch));
    return true;
  });
  return out;
}

void each_epoch_after(SQLite::Database& database, std::int64_t number,
                      const std::function<bool(FoundEpoch)>& take) {
  SQLite::Statement query{database, std::string{epoch_columns} + "WHERE e.number > ? ORDER BY e.number"};
  query.bind(1, number);
  while (query.executeStep() && take(epoch_at(query))) {
  }
}

std::optional<FoundEpoch> epoch(SQLite::Database& database, std::int64_t number) {
  SQLite::Statement query{database, std::string{epoch_columns} + "WHERE e.number = ?"};
  query.bind(1, number);
  if (!query.executeStep()) return std::nullopt;
  return epoch_at(query);
}

std::optional<FoundDeployment> deployment(SQLite::Database& database, std::int64_t id) {
  SQLite::Statement query{database, "SELECT document, checksum FROM deployment WHERE id = ?"};
  query.bind(1, id);
  if (!query.executeStep()) return std::nullopt;
  FoundDeployment out{sql::bytes(query.getColumn(0)), false};
  out.damaged =
      checksum::of_deployment(out.document) != sql::from_sql(sql::number(query.getColumn(1)).value_or(0));
  return out;
}

void for_each_verbatim(SQLite::Database& database, std::int64_t epoch,
                       const std::function<void(FoundFile)>& each) {
  SQLite::Statement query{database,
                          "SELECT path, content, checksum FROM verbatim WHERE epoch = ? ORDER BY path"};
  query.bind(1, epoch);
  while (query.executeStep()) {
    FoundFile file{sql::bytes(query.getColumn(0)), {}, 0, false};
    file.checksum = sql::from_sql(sql::number(query.getColumn(2)).value_or(0));
    auto content = codec::decode(sql::bytes(query.getColumn(1)));
    file.damaged = !content || checksum::of_verbatim(file.path, *content) != file.checksum;
    if (!file.damaged) file.content = std::move(*content);
    each(std::move(file));
  }
}

bool is_whole_but_for_deployment(SQLite::Database& database, FoundEpoch epoch) {
  const auto found = epoch.info.deployment ? deployment(database, *epoch.info.deployment) : std::nullopt;
  if (!found) return false;
  epoch.row.deployment = checksum::of_deployment(found->document);
  return checksum::of_epoch(epoch.row) == epoch.checksum;
}

const std::string* StoredReader::base(std::int64_t epoch, std::int64_t target, const std::string& endpoint) {
  if (bases_epoch_ != epoch) bases_.clear();
  bases_epoch_ = epoch;
  const auto [known, added] = bases_.try_emplace({target, endpoint});
  if (added) {
    const auto query = statements_(
        "SELECT body FROM snapshot WHERE epoch = ? AND target = ? AND endpoint = ? AND base IS NULL");
    query->bind(1, epoch);
    query->bind(2, target);
    query->bindNoCopy(3, endpoint);
    if (query->executeStep() && !query->getColumn(0).isNull())
      known->second = codec::decode(sql::bytes(query->getColumn(0)));
  }
  return known->second ? &*known->second : nullptr;
}

Found StoredReader::row(SQLite::Statement& query) {
  StoredSnapshot out;
  Snapshot& s = out.snapshot;
  out.epoch = query.getColumn(0).getInt64();
  out.checksum = sql::from_sql(sql::number(query.getColumn(11)).value_or(0));
  s.target = sql::bytes(query.getColumn(2));
  const std::string endpoint_name = sql::bytes(query.getColumn(3));
  const auto endpoint = parse_endpoint(endpoint_name);
  if (!endpoint) return damaged(std::move(out), "there is no endpoint of its name");
  s.endpoint = *endpoint;
  s.asked = sql::time(query.getColumn(4));
  s.answered = sql::time(query.getColumn(5));
  if (const auto status = sql::number(query.getColumn(6))) s.status = static_cast<int>(*status);
  if (!query.getColumn(7).isNull()) {
    const auto failure = parse_failure_class(sql::bytes(query.getColumn(7)));
    if (!failure) return damaged(std::move(out), "there is no failure class of its name");
    s.failure = FetchFailure{*failure, sql::bytes(query.getColumn(8))};
  }
  if (!query.getColumn(12).isNull()) {
    const std::string* prefix = nullptr;
    if (const auto base_epoch = sql::number(query.getColumn(10))) {
      prefix = base(*base_epoch, query.getColumn(1).getInt64(), endpoint_name);
      if (!prefix)
        return damaged(std::move(out),
                       fmt::format("the body in epoch {} that it is based on is damaged", *base_epoch));
    }
    s.body = codec::decode(sql::bytes(query.getColumn(12)),
                           prefix ? std::string_view{*prefix} : std::string_view{});
    if (!s.body) return damaged(std::move(out), "its body cannot be decoded");
    if (static_cast<std::int64_t>(s.body->size()) != sql::number(query.getColumn(9)).value_or(-1))
      return damaged(std::move(out), "its body is not as long as it was");
  }
  return trusting_ ? Found{std::move(out), ""} : judged(std::move(out));
}

std::vector<Found> StoredReader::rows(SQLite::Statement& query) {
  std::vector<Found> out;
  while (query.executeStep()) out.push_back(row(query));
  return out;
}

std::vector<Found> StoredReader::rows_of_series(std::int64_t run, std::int64_t target,
                                                const std::string& endpoint) {
  // By epochs one by one: the index leads with them.
  static const std::string one =
      std::string{snapshot_columns} + "WHERE s.epoch = ? AND s.target = ? AND s.endpoint = ?";
  std::vector<Found> out;
  for (std::int64_t number = first_epoch_of(run); number <= last_epoch_of(run); ++number) {
    const auto query = statements_(one);
    query->bind(1, number);
    query->bind(2, target);
    query->bindNoCopy(3, endpoint);
    if (query->executeStep()) {
      const bool asked_for = query->getColumn(0).getInt64() == number &&
                             query->getColumn(1).getInt64() == target &&
                             sql::bytes(query->getColumn(3)) == endpoint;
      out.push_back(row(*query));
      if (!asked_for) out.back() = damaged(std::move(out.back().stored), elsewhere);
    }
  }
  return out;
}

void StoredReader::open_chunks(std::int64_t epoch) {
  chunks_.clear();
  chunks_last_ = chunks_first_ - 1;
  const std::int64_t run = run_of(epoch);
  // Bodies of so many epochs are kept that reading in order takes bounded memory, whatever a run's size:
  // opened, a chunk is some twenty times as long.
  constexpr std::int64_t budget = 128 << 20;
  const std::int64_t size =
      sql::lookup(statements_.database(), "SELECT sum(length(content)) FROM chunk WHERE run = ?", run)
          .value_or(0);
  const std::int64_t an_epoch = std::max<std::int64_t>(1, size * 20 / run_length);
  const std::int64_t last =
      std::min(last_epoch_of(run), epoch + std::clamp<std::int64_t>(budget / an_epoch, 1, run_length) - 1);
  SQLite::Statement query{
      statements_.database(),
      "SELECT t.label, c.endpoint, c.content FROM chunk c LEFT JOIN target t ON t.id = c.target "
      "WHERE c.run = ?"};
  query.bind(1, run);
  while (query.executeStep()) {
    OpenChunk chunk;
    chunk.target = sql::bytes(query.getColumn(0));
    const auto endpoint = parse_endpoint(sql::bytes(query.getColumn(1)));
    chunk.endpoint = endpoint.value_or(Endpoint::varz);
    const SQLite::Column content = query.getColumn(2);
    const auto* data = static_cast<const char*>(content.getBlob());
    auto series = chunk::open({data, data ? static_cast<std::size_t>(content.getBytes()) : 0}, chunk.target,
                              chunk.endpoint, epoch, last);
    chunk.damaged = !endpoint || !series;
    if (series) chunk.series = std::move(*series);
    chunks_.push_back(std::move(chunk));
  }
  chunks_first_ = epoch;
  chunks_last_ = last;
}

/// Adds what chunks have of an epoch and its rows, which come ordered, do not.
void StoredReader::add_sealed(std::int64_t epoch, std::int64_t expected, std::vector<Found>& out) {
  const auto is_row = [&, rows = static_cast<std::ptrdiff_t>(out.size())](const OpenChunk& chunk) {
    const auto key = std::tie(chunk.target, chunk.endpoint);
    const auto end = out.begin() + rows;
    const auto found =
        std::lower_bound(out.begin(), end, key, [&](const Found& a, const auto& b) { return key_of(a) < b; });
    return found != end && key_of(*found) == key;
  };
  std::vector<Found> unknown;
  for (const OpenChunk& chunk : chunks_) {
    if (is_row(chunk)) continue;
    if (chunk.damaged) {
      unknown.push_back(lost_with_chunk(epoch, chunk.target, chunk.endpoint));
      continue;
    }
    const auto found = std::find_if(chunk.series.begin(), chunk.series.end(),
                                    [&](const StoredSnapshot& stored) { return stored.epoch == epoch; });
    if (found != chunk.series.end()) out.push_back(judged(*found));
  }
  // A chunk that cannot be opened does not tell whether it has something of this epoch: its row does.
  for (Found& lost : unknown)
    if (static_cast<std::int64_t>(out.size()) < expected) out.push_back(std::move(lost));
}

std::vector<Found> StoredReader::snapshots(std::int64_t epoch, std::int64_t expected) {
  SQLite::Statement query{statements_.database(), std::string{snapshot_columns} + "WHERE s.epoch = ?"};
  query.bind(1, epoch);
  std::vector<Found> out = rows(query);
  order(out);
  drop_what_was_not_asked_for(epoch, out);
  const std::size_t unsealed = out.size();
  if (static_cast<std::int64_t>(unsealed) < expected) {
    const bool known = epoch >= chunks_first_ && epoch <= chunks_last_;
    if (!known) open_chunks(epoch);
    add_sealed(epoch, expected, out);
    if (known && static_cast<std::int64_t>(out.size()) < expected) {
      // A collector may have sealed more since we looked.
      open_chunks(epoch);
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(unsealed), out.end());
      add_sealed(epoch, expected, out);
    }
  }
  order(out);
  return out;
}

std::optional<Found> StoredReader::snapshot(std::int64_t epoch, const std::string& target,
                                            Endpoint endpoint) {
  SQLite::Statement query{statements_.database(), std::string{snapshot_columns} +
                                                      "WHERE s.epoch = ? AND t.label = ? AND s.endpoint = ?"};
  query.bind(1, epoch);
  query.bindNoCopy(2, target);
  query.bind(3, std::string{name(endpoint)});
  if (query.executeStep()) {
    Found found = row(query);
    const Snapshot& s = found.stored.snapshot;
    if (found.stored.epoch == epoch && s.target == target && s.endpoint == endpoint) return found;
    found.stored.epoch = epoch;
    found.stored.snapshot.target = target;
    found.stored.snapshot.endpoint = endpoint;
    return damaged(std::move(found.stored), elsewhere);
  }
  SQLite::Statement sealed{statements_.database(),
                           "SELECT c.content FROM chunk c JOIN target t ON t.id = c.target "
                           "WHERE c.run = ? AND t.label = ? AND c.endpoint = ?"};
  sealed.bind(1, run_of(epoch));
  sealed.bindNoCopy(2, target);
  sealed.bind(3, std::string{name(endpoint)});
  if (!sealed.executeStep()) return std::nullopt;
  auto series = chunk::open(sql::bytes(sealed.getColumn(0)), target, endpoint, epoch, epoch);
  if (!series) return lost_with_chunk(epoch, target, endpoint);
  if (series->empty()) return std::nullopt;
  return judged(std::move(series->front()));
}

}  // namespace natsrec::store
