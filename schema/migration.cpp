#include "schema/migration.hpp"

#include "schema/checksum.hpp"
#include "schema/codec.hpp"
#include "schema/sql.hpp"
#include "schema/stored.hpp"

namespace natsrec::store {
namespace {

void add_deployment_checksums(SQLite::Database& database) {
  SQLite::Statement query{database, "SELECT id, document FROM deployment"};
  SQLite::Statement update{database, "UPDATE deployment SET checksum = ? WHERE id = ?"};
  while (query.executeStep()) {
    update.bind(1, sql::to_sql(checksum::of_deployment(sql::bytes(query.getColumn(1)))));
    update.bind(2, query.getColumn(0).getInt64());
    update.exec();
    update.reset();
  }
}

std::vector<std::uint64_t> add_verbatim_checksums(SQLite::Database& database, std::int64_t epoch) {
  std::vector<std::uint64_t> out;
  SQLite::Statement query{database, "SELECT path, content FROM verbatim WHERE epoch = ? ORDER BY path"};
  SQLite::Statement update{database, "UPDATE verbatim SET checksum = ? WHERE epoch = ? AND path = ?"};
  query.bind(1, epoch);
  while (query.executeStep()) {
    const std::string path = sql::bytes(query.getColumn(0));
    const auto content = codec::decode(sql::bytes(query.getColumn(1)));
    out.push_back(content ? checksum::of_verbatim(path, *content) : 0);
    update.bind(1, sql::to_sql(out.back()));
    update.bind(2, epoch);
    update.bind(3, path);
    update.exec();
    update.reset();
  }
  return out;
}

std::vector<std::uint64_t> add_snapshot_checksums(SQLite::Database& database, std::int64_t epoch) {
  std::vector<std::uint64_t> out;
  StoredReader reader{database};
  reader.trust();
  SQLite::Statement update{database,
                           "UPDATE snapshot SET checksum = ? WHERE epoch = ? AND endpoint = ? AND target = "
                           "(SELECT id FROM target WHERE label = ?)"};
  for (const Found& found : reader.snapshots(epoch, 0)) {
    // A body that was damaged before stays without checksum, and so stays known as damaged.
    out.push_back(found.damage.empty() ? checksum::of_snapshot(epoch, found.stored.snapshot) : 0);
    update.bind(1, sql::to_sql(out.back()));
    update.bind(2, epoch);
    update.bind(3, std::string{name(found.stored.snapshot.endpoint)});
    update.bind(4, found.stored.snapshot.target);
    update.exec();
    update.reset();
  }
  return out;
}

}  // namespace

void add_checksums(SQLite::Database& database) {
  add_deployment_checksums(database);
  SQLite::Statement id{database, "SELECT id FROM recording"};
  std::string previous = checksum::first_digest(id.executeStep() ? sql::bytes(id.getColumn(0)) : "");
  SQLite::Statement update{
      database, "UPDATE epoch SET snapshots = ?, checksum = ?, previous = ?, digest = ? WHERE number = ?"};
  for (FoundEpoch& epoch : epochs(database)) {
    auto parts = add_snapshot_checksums(database, epoch.info.number);
    epoch.row.snapshots = static_cast<std::int64_t>(parts.size());
    const auto files = add_verbatim_checksums(database, epoch.info.number);
    parts.insert(parts.end(), files.begin(), files.end());
    const std::uint64_t own = checksum::of_epoch(epoch.row);
    const std::string digest = checksum::digest(previous, own, parts);
    update.bind(1, epoch.row.snapshots);
    update.bind(2, sql::to_sql(own));
    sql::bind_blob(update, 3, previous);
    sql::bind_blob(update, 4, digest);
    update.bind(5, epoch.info.number);
    update.exec();
    update.reset();
    previous = digest;
  }
}

}  // namespace natsrec::store
