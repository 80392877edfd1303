#include "schema/deployment.hpp"
#include "schema/failure.hpp"
#include "schema/loss.hpp"
#include "schema/maintenance.hpp"
#include "schema/new_file.hpp"
#include "schema/printable.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "schema/redaction.hpp"
#include "schema/salvage.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/stored.hpp"
#include "schema/write_access.hpp"

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

VerbatimFiles loss_without_words(const VerbatimFiles& files) {
  const auto file = files.find(std::string{loss_file});
  auto loss = file == files.end() ? std::nullopt : parse_loss(file->second);
  if (!loss) return {};
  loss->text.clear();
  return {{std::string{loss_file}, to_json(*loss)}};
}

/// Takes epochs out of a store whatever state it is in, and tells what was lost.
class Source {
 public:
  Source(SQLite::Database& database, std::vector<std::string>& lost)
      : database_(database), reader_(database), lost_(lost) {}

  void copy(const store::FoundEpoch& found, Recorder& recorder, const std::optional<std::string>& previous) {
    const Epoch epoch = read(found);
    recorder.record_copy(epoch, deployment_of(found), found.row.folder, verbatim(epoch.number),
                         {epoch.number, previous});
  }
  void learn(const store::FoundEpoch& found, Redaction& redaction) {
    redaction.learn(read(found));
    if (const auto document = deployment_of(found)) redaction.learn(parse_deployment(*document));
  }
  /// Likewise, with other names. Of the files that were imported with it, which are full of names, none is
  /// kept but the note of what was lost.
  void copy(const store::FoundEpoch& found, Recorder& recorder, const std::optional<std::string>& previous,
            Redaction& redaction) {
    Epoch epoch = read(found);
    redaction.replace(epoch);
    auto document = deployment_of(found);
    if (document) {
      Deployment deployment = parse_deployment(*document);
      redaction.replace(deployment);
      document = to_json(deployment);
    }
    recorder.record_copy(epoch, document, std::nullopt, loss_without_words(verbatim(epoch.number)),
                         {epoch.number, previous});
  }
  std::int64_t snapshots() const { return snapshots_; }

 private:
  void lose(const std::string& what, std::string_view why) {
    lost_.push_back(fmt::format("{}: {}", what, why));
  }

  Epoch read(const store::FoundEpoch& found) {
    const EpochInfo& info = found.info;
    Epoch epoch{info.number, info.started, info.ended, info.interval, std::nullopt, {}};
    read_snapshots(found, epoch);
    snapshots_ += static_cast<std::int64_t>(epoch.snapshots.size());
    return epoch;
  }

  std::optional<std::string> deployment_of(const store::FoundEpoch& found) {
    return found.info.deployment ? deployment(*found.info.deployment) : std::nullopt;
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

/// A store in whatever state it is: as SQLite reads it if it can walk all of it, else what is found page by
/// page.
class Wreck {
 public:
  explicit Wreck(const fs::path& store) {
    if (!fs::is_regular_file(store)) store::require_sqlite_file(store);
    if (open_as_it_is(store)) return;
    folder_.emplace();
    const fs::path copy = folder_->path() / "salvaged.db";
    store::salvage(with_wal(store), copy);
    access_.emplace(copy);
    if (!sql::lookup(database(), "SELECT number FROM epoch"))
      throw Failure(Exit::store,
                    fmt::format("{} is damaged: no epoch is left in it", printable(store.string())));
  }
  SQLite::Database& database() { return access_->database(); }

 private:
  bool open_as_it_is(const fs::path& store) {
    try {
      access_.emplace(store);
      if (store::is_walkable(database())) return true;
    } catch (const std::runtime_error&) {
      // Then page by page.
    }
    access_.reset();
    return false;
  }

  /// The store, or a copy of it with what its -wal holds.
  fs::path with_wal(const fs::path& store) {
    if (!store::has_pending_wal(store)) return store;
    fs::path copy = folder_->path() / "damaged.db";
    try {
      fs::copy_file(store, copy);
      fs::copy_file(store::wal_of(store), store::wal_of(copy));
      SQLite::Database database{copy.string(), SQLite::OPEN_READWRITE};
      store::checkpoint(database);
    } catch (const std::runtime_error&) {
      // What is in the file itself is still there.
    }
    return copy;
  }

  std::optional<store::TemporaryFolder> folder_;  ///< declared first: outlives what is open in it
  std::optional<store::ReadAccess> access_;
};

/// Epochs that can be copied, by number; of the others is told that they are lost.
std::vector<store::FoundEpoch> readable_epochs(SQLite::Database& database, std::vector<std::string>& lost) {
  std::vector<store::FoundEpoch> out;
  std::int64_t next = 0;  ///< the number expected, once there was one
  const auto lose_until = [&](std::int64_t number) {
    if (next != 0 && next < number)
      lost.push_back(next + 1 == number ? fmt::format("epoch {}: it is missing", next)
                                        : fmt::format("epochs {} to {}: they are missing", next, number - 1));
  };
  for (store::FoundEpoch& epoch : store::epochs(database)) {
    lose_until(epoch.info.number);
    next = epoch.info.number + 1;
    if (!epoch.damage.empty() && !store::is_whole_but_for_deployment(database, epoch))
      lost.push_back(fmt::format("epoch {}: {}", epoch.info.number, epoch.damage));
    else
      out.push_back(std::move(epoch));
  }
  lose_until(sql::lookup(database, "SELECT seq FROM sqlite_sequence WHERE name = 'epoch'").value_or(0) + 1);
  return out;
}

}  // namespace

Slice cut(const fs::path& store, const fs::path& to, Time since, Time until, Duration lead_in,
          bool redacted) {
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
      std::vector<store::FoundEpoch> wanted = store::epochs(access.database());
      std::erase_if(wanted, [&](const store::FoundEpoch& epoch) {
        return !epoch.damage.empty() || epoch.info.started < since - lead_in || epoch.info.started > until;
      });
      Redaction redaction;
      if (redacted)
        for (const store::FoundEpoch& epoch : wanted) source.learn(epoch, redaction);
      redaction.give_aliases();
      for (const store::FoundEpoch& epoch : wanted) {
        const auto previous = out.epochs == 0 ? std::optional{epoch.previous} : std::nullopt;
        if (redacted)
          source.copy(epoch, recorder, previous, redaction);
        else
          source.copy(epoch, recorder, previous);
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
    NewFile file{to};
    Wreck wreck{store};
    SQLite::Database& database = wreck.database();
    Recovered out;
    {
      Source source{database, out.lost};
      Recorder recorder = Recorder::open(file.path());
      recorder.become_copy_of(id_of(database), std::nullopt);
      for (const store::FoundEpoch& epoch : readable_epochs(database, out.lost)) {
        // The first epoch of all follows the recording's id, which may be what is damaged.
        const bool follows = out.epochs == 0 && epoch.info.number != 1;
        source.copy(epoch, recorder, follows ? std::optional{epoch.previous} : std::nullopt);
        ++out.epochs;
      }
      out.snapshots = source.snapshots();
    }
    file.keep();
    return out;
  });
}

}  // namespace natsrec
