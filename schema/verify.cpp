#include "schema/verify.hpp"

#include "schema/printable.hpp"
#include "schema/read_access.hpp"
#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/stored.hpp"

#include <fmt/format.h>

#include <functional>
#include <set>

namespace natsrec {
namespace {

class Verifier {
 public:
  Verifier(SQLite::Database& database, bool quick) : database_(database), quick_(quick), reader_(database) {}

  Verification run() {
    guarded("the file", [&] { structure(); });
    guarded("deployments", [&] { deployments(); });
    guarded("epochs", [&] { epochs(); });
    if (!quick_) guarded("chunks", [&] { chunks(); });
    guarded("the newest epoch", [&] { newest(); });
    return std::move(out_);
  }

 private:
  void damage(std::string place, std::string reason) {
    if (told_.insert(place + reason).second) out_.damage.push_back({std::move(place), std::move(reason)});
  }
  /// What stops one check stops no other.
  void guarded(const std::string& place, const std::function<void()>& check) {
    try {
      check();
    } catch (const SQLite::Exception& error) {
      damage(place, printable(error.what()));
    }
  }

  void structure();
  void deployments();
  void epochs();
  void epoch(const store::FoundEpoch& epoch);
  std::vector<std::uint64_t> verbatim(std::int64_t epoch);
  void chunks();
  void newest();

  SQLite::Database& database_;
  bool quick_;
  store::StoredReader reader_;
  Verification out_;
  std::set<std::string> told_;
};

void Verifier::structure() {
  SQLite::Statement check{database_, quick_ ? "PRAGMA quick_check" : "PRAGMA integrity_check"};
  while (check.executeStep()) {
    const std::string line = sql::bytes(check.getColumn(0));
    if (line != "ok") damage("the file", printable(line));
  }
  SQLite::Statement keys{database_, "PRAGMA foreign_key_check"};
  while (keys.executeStep())
    damage(fmt::format("table {}", printable(sql::bytes(keys.getColumn(0)))),
           fmt::format("a row of it belongs to a {} that is not there",
                       printable(sql::bytes(keys.getColumn(2)))));
}

void Verifier::deployments() {
  SQLite::Statement query{database_, "SELECT id FROM deployment"};
  while (query.executeStep()) {
    const std::int64_t id = query.getColumn(0).getInt64();
    const auto found = store::deployment(database_, id);
    if (!found || found->damaged) damage(fmt::format("deployment {}", id), "it is not as it was declared");
  }
}

void Verifier::epochs() {
  std::optional<store::FoundEpoch> before;
  for (store::FoundEpoch& each : store::epochs(database_)) {
    const std::int64_t number = each.info.number;
    guarded(fmt::format("epoch {}", number), [&] { epoch(each); });
    if (before && before->digest != each.previous)
      damage(fmt::format("epoch {}", number),
             number == before->info.number + 1
                 ? fmt::format("it does not follow epoch {} as it is now", before->info.number)
                 : fmt::format("epochs {} to {} are missing", before->info.number + 1, number - 1));
    if (!before && number == 1) {
      SQLite::Statement id{database_, "SELECT id FROM recording"};
      if (each.previous != checksum::first_digest(id.executeStep() ? sql::bytes(id.getColumn(0)) : ""))
        damage("epoch 1", "it is not of this recording, or the recording's id changed");
    }
    before = std::move(each);
  }
}

void Verifier::epoch(const store::FoundEpoch& each) {
  const std::string place = fmt::format("epoch {}", each.info.number);
  ++out_.epochs;
  if (!each.damage.empty()) damage(place, each.damage);
  if (quick_) return;
  std::vector<std::uint64_t> parts;
  const auto found = reader_.snapshots(each.info.number, each.row.snapshots);
  out_.snapshots += static_cast<std::int64_t>(found.size());
  bool all = static_cast<std::int64_t>(found.size()) == each.row.snapshots;
  if (!all) damage(place, fmt::format("{} of its {} snapshots are there", found.size(), each.row.snapshots));
  for (const store::Found& one : found) {
    const Snapshot& s = one.stored.snapshot;
    parts.push_back(one.stored.checksum);
    if (one.damage.empty()) continue;
    all = false;
    damage(fmt::format("{}, {}/{}", place, printable(s.target), name(s.endpoint)), one.damage);
  }
  const auto files = verbatim(each.info.number);
  parts.insert(parts.end(), files.begin(), files.end());
  // Where something is missing or damaged the digest cannot be right, and that has been told.
  if (all && checksum::digest(each.previous, each.checksum, parts) != each.digest)
    damage(place, "its digest is not that of what it holds");
}

std::vector<std::uint64_t> Verifier::verbatim(std::int64_t epoch) {
  std::vector<std::uint64_t> out;
  store::for_each_verbatim(database_, epoch, [&](const store::FoundFile& file) {
    out.push_back(file.checksum);
    if (file.damaged)
      damage(fmt::format("epoch {}, file {}", epoch, printable(file.path)), "it is not as it was imported");
  });
  return out;
}

/// Every chunk as a whole: one that has rows beside it yet is not needed for any epoch.
void Verifier::chunks() {
  SQLite::Statement query{
      database_,
      "SELECT c.run, t.label, c.endpoint, c.content FROM chunk c LEFT JOIN target t ON t.id = c.target"};
  while (query.executeStep()) {
    const std::int64_t run = query.getColumn(0).getInt64();
    const std::string target = sql::bytes(query.getColumn(1));
    const auto endpoint = parse_endpoint(sql::bytes(query.getColumn(2)));
    const std::string place = fmt::format("run {}, {}/{}", run, printable(target),
                                          endpoint ? name(*endpoint) : std::string_view{"?"});
    const auto series = endpoint ? chunk::open(sql::bytes(query.getColumn(3)), target, *endpoint,
                                               first_epoch_of(run), last_epoch_of(run))
                                 : std::nullopt;
    if (!series) {
      damage(place, "its chunk cannot be opened");
      continue;
    }
    for (const StoredSnapshot& stored : *series)
      if (checksum::of_snapshot(stored.epoch, stored.snapshot) != stored.checksum)
        damage(place, fmt::format("in its chunk epoch {} is not as it was recorded", stored.epoch));
  }
}

/// Epochs that are missing at the end break no chain, but their numbers are used up.
void Verifier::newest() {
  const auto used =
      sql::lookup(database_, "SELECT seq FROM sqlite_sequence WHERE name = 'epoch'").value_or(0);
  const auto there = sql::lookup(database_, "SELECT max(number) FROM epoch").value_or(0);
  if (there < used)
    damage(fmt::format("epoch {}", used), fmt::format("epochs {} to {} are missing", there + 1, used));
}

}  // namespace

Verification verify(const std::filesystem::path& store, bool quick) {
  return store::guarded(store, [&] {
    store::ReadAccess access{store};
    // One transaction: a collector may be at work.
    SQLite::Transaction transaction{access.database()};
    return Verifier{access.database(), quick}.run();
  });
}

}  // namespace natsrec
