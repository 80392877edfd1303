#include "schema/failure.hpp"
#include "schema/maintenance.hpp"
#include "schema/new_file.hpp"
#include "schema/printable.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/stored.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>

/// Recordings made out of others, epoch by epoch: cut and recover.
namespace natsrec {
namespace {

namespace fs = std::filesystem;

std::string id_of(SQLite::Database& database) {
  SQLite::Statement query{database, "SELECT id FROM recording"};
  return query.executeStep() ? sql::bytes(query.getColumn(0)) : "";
}

/// Takes epochs out of a store whatever state it is in, and tells what was lost.
class Source {
 public:
  Source(SQLite::Database& database, std::vector<std::string>& lost)
      : database_(database), reader_(database), lost_(lost) {}

  void copy(const store::FoundEpoch& found, Recorder& recorder, const std::optional<std::string>& previous) {
    const EpochInfo& info = found.info;
    Epoch epoch{info.number, info.started, info.ended, info.interval, std::nullopt, {}};
    read_snapshots(found, epoch);
    snapshots_ += static_cast<std::int64_t>(epoch.snapshots.size());
    recorder.record_copy(epoch, info.deployment ? deployment(*info.deployment) : std::nullopt,
                         found.row.folder, verbatim(info.number), {info.number, previous});
  }
  std::int64_t snapshots() const { return snapshots_; }

 private:
  void lose(const std::string& what, std::string_view why) {
    lost_.push_back(fmt::format("{}: {}", what, why));
  }

  void take(std::vector<store::Found> found, const std::string& place, Epoch& epoch) {
    for (store::Found& one : found) {
      Snapshot& s = one.stored.snapshot;
      if (one.damage.empty()) {
        epoch.snapshots.push_back(std::move(s));
      } else {
        lose(fmt::format("{}, {}/{}", place, printable(s.target), name(s.endpoint)), one.damage);
      }
    }
  }

  void read_snapshots(const store::FoundEpoch& found, Epoch& epoch) {
    const std::string place = fmt::format("epoch {}", epoch.number);
    try {
      take(reader_.snapshots(epoch.number, found.row.snapshots), place, epoch);
    } catch (const SQLite::Exception&) {
      read_one_by_one(epoch);
    }
    const auto got = static_cast<std::int64_t>(epoch.snapshots.size());
    if (got < found.row.snapshots)
      lose(place, fmt::format("{} of its {} snapshots", found.row.snapshots - got, found.row.snapshots));
  }

  /// Where a damaged page is in the way of reading all at once.
  void read_one_by_one(Epoch& epoch) {
    epoch.snapshots.clear();
    for (const std::string& target : targets()) {
      for (const Endpoint endpoint : all_endpoints) {
        try {
          auto found = reader_.snapshot(epoch.number, target, endpoint);
          if (found && found->damage.empty()) epoch.snapshots.push_back(std::move(found->stored.snapshot));
        } catch (const SQLite::Exception&) {
          // Counted with what is missing from the epoch.
        }
      }
    }
  }

  std::vector<std::string> targets() {
    std::vector<std::string> out;
    try {
      SQLite::Statement query{database_, "SELECT label FROM target"};
      while (query.executeStep()) out.push_back(sql::bytes(query.getColumn(0)));
    } catch (const SQLite::Exception&) {
      // What came before the damage is all there is.
    }
    return out;
  }

  std::optional<std::string> deployment(std::int64_t id) {
    const auto [known, added] = deployments_.try_emplace(id);
    if (!added) return known->second;
    try {
      if (auto found = store::deployment(database_, id); found && !found->damaged)
        known->second = std::move(found->document);
    } catch (const SQLite::Exception&) {
      // Told below.
    }
    if (!known->second) lose(fmt::format("deployment {}", id), "it is damaged");
    return known->second;
  }

  VerbatimFiles verbatim(std::int64_t epoch) {
    VerbatimFiles out;
    try {
      store::for_each_verbatim(database_, epoch, [&](store::FoundFile file) {
        if (file.damaged)
          lose(fmt::format("epoch {}, file {}", epoch, printable(file.path)), "it is damaged");
        else
          out.emplace(std::move(file.path), std::move(file.content));
      });
    } catch (const SQLite::Exception& error) {
      lose(fmt::format("epoch {}, its files as imported", epoch), printable(error.what()));
    }
    return out;
  }

  SQLite::Database& database_;
  store::StoredReader reader_;
  std::vector<std::string>& lost_;
  std::map<std::int64_t, std::optional<std::string>> deployments_;
  std::int64_t snapshots_ = 0;
};

/// The rows of epochs one by one: a damaged page costs those in it, not those behind it.
std::vector<store::FoundEpoch> readable_epochs(SQLite::Database& database, std::vector<std::string>& lost) {
  const auto end = [&](const char* query) {
    try {
      return sql::lookup(database, query).value_or(0);
    } catch (const SQLite::Exception&) {
      return std::int64_t{0};
    }
  };
  const std::int64_t last = std::max(end("SELECT max(number) FROM epoch"),
                                     end("SELECT seq FROM sqlite_sequence WHERE name = 'epoch'"));
  std::vector<store::FoundEpoch> out;
  for (std::int64_t number = std::max<std::int64_t>(1, end("SELECT min(number) FROM epoch")); number <= last;
       ++number) {
    try {
      auto found = store::epoch(database, number);
      if (found && found->damage.empty())
        out.push_back(std::move(*found));
      else if (found)
        lost.push_back(fmt::format("epoch {}: {}", number, found->damage));
    } catch (const SQLite::Exception& error) {
      lost.push_back(fmt::format("epoch {}: {}", number, printable(error.what())));
    }
  }
  return out;
}

}  // namespace

Slice cut(const fs::path& store, const fs::path& to, Time since, Time until, Duration lead_in) {
  return store::guarded(store, [&] {
    store::ReadAccess access{store};
    NewFile file{to};
    Slice out;
    {
      SQLite::Transaction one_moment{access.database()};
      std::vector<std::string> lost;
      Source source{access.database(), lost};
      Recorder recorder = Recorder::open(file.path());
      recorder.become_copy_of(id_of(access.database()), ReportSpan{since, until});
      for (const store::FoundEpoch& epoch : store::epochs(access.database())) {
        if (!epoch.damage.empty() || epoch.info.started < since - lead_in || epoch.info.started > until)
          continue;
        source.copy(epoch, recorder, out.epochs == 0 ? std::optional{epoch.previous} : std::nullopt);
        ++out.epochs;
        if (epoch.info.started < since) ++out.lead_in;
      }
      if (out.epochs == out.lead_in)
        throw Failure(Exit::usage,
                      fmt::format("nothing was recorded from {} to {}; nats-collector status tells the span",
                                  format_time(since), format_time(until)));
    }
    file.keep();
    return out;
  });
}

Recovered recover(const fs::path& store, const fs::path& to) {
  return store::guarded(store, [&] {
    store::ReadAccess access{store, store::ReadAccess::Expect::wreck};
    SQLite::Database& database = access.database();
    NewFile file{to};
    Recovered out;
    {
      Source source{database, out.lost};
      Recorder recorder = Recorder::open(file.path());
      recorder.become_copy_of(id_of(database), std::nullopt);
      for (const store::FoundEpoch& epoch : readable_epochs(database, out.lost)) {
        source.copy(epoch, recorder, out.epochs == 0 ? std::optional{epoch.previous} : std::nullopt);
        ++out.epochs;
      }
      out.snapshots = source.snapshots();
    }
    file.keep();
    return out;
  });
}

}  // namespace natsrec
