#pragma once
#include "schema/checksum.hpp"
#include "schema/chunk.hpp"
#include "schema/prepared.hpp"
#include "schema/recording.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What is kept in a store, rows and chunks alike, each with the verdict of its checksum.
namespace natsrec::store {

/// A snapshot that was looked for, and why it cannot be had.
struct Found {
  StoredSnapshot stored;  ///< if damaged only epoch, target and endpoint tell anything
  std::string damage;     ///< empty if it is as it was recorded
};

struct FoundEpoch {
  EpochInfo info;
  checksum::EpochRow row;
  std::uint64_t checksum = 0;    ///< as kept
  std::string previous, digest;  ///< as kept
  std::string damage;
};

/// By number.
std::vector<FoundEpoch> epochs(SQLite::Database& database);
/// Those after epoch `number`, one by one, until `take` returns false: a month of them at once takes as much
/// memory as its analysis.
void each_epoch_after(SQLite::Database& database, std::int64_t number,
                      const std::function<bool(FoundEpoch)>& take);
std::optional<FoundEpoch> epoch(SQLite::Database& database, std::int64_t number);

/// Whether the row of an epoch is damaged only because the checksum kept with its deployment is.
bool is_whole_but_for_deployment(SQLite::Database& database, FoundEpoch epoch);

/// A deployment's document, whether or not it is as it was given.
struct FoundDeployment {
  std::string document;
  bool damaged = false;
};
std::optional<FoundDeployment> deployment(SQLite::Database& database, std::int64_t id);

/// A file that an epoch has besides its snapshots.
struct FoundFile {
  std::string path, content;
  std::uint64_t checksum = 0;  ///< as kept
  bool damaged = false;        ///< then the content is none
};
/// By path. One by one, so that what comes before a damaged page is not lost with it.
void for_each_verbatim(SQLite::Database& database, std::int64_t epoch,
                       const std::function<void(FoundFile)>& each);

class StoredReader {
 public:
  explicit StoredReader(SQLite::Database& database) : statements_(database) {}
  /// Rows of a store whose checksums are still to be computed: what can be decoded is good.
  void trust() { trusting_ = true; }

  /// Every snapshot of an epoch, ordered by target label, then endpoint. `expected` is how many there should
  /// be; chunks are only looked into for those that are no rows.
  std::vector<Found> snapshots(std::int64_t epoch, std::int64_t expected);
  std::optional<Found> snapshot(std::int64_t epoch, const std::string& target, Endpoint endpoint);
  /// Rows of one target and endpoint in a run, ordered by epoch.
  std::vector<Found> rows_of_series(std::int64_t run, std::int64_t target, const std::string& endpoint);

 private:
  struct OpenChunk {
    std::string target;
    Endpoint endpoint = Endpoint::varz;
    bool damaged = false;
    std::vector<StoredSnapshot> series;
  };

  std::vector<Found> rows(SQLite::Statement& query);
  Found row(SQLite::Statement& query);
  const std::string* base(std::int64_t epoch, std::int64_t target, const std::string& endpoint);
  void open_chunks(std::int64_t epoch);
  void add_sealed(std::int64_t epoch, std::int64_t expected, std::vector<Found>& out);

  sql::Prepared statements_;
  bool trusting_ = false;
  /// The chunks of one run, for the epochs from first to last: histories are read in order.
  std::vector<OpenChunk> chunks_;
  std::int64_t chunks_first_ = 1, chunks_last_ = 0;
  /// Bodies of one epoch that others are based on.
  std::map<std::pair<std::int64_t, std::string>, std::optional<std::string>> bases_;
  std::int64_t bases_epoch_ = -1;
};

}  // namespace natsrec::store
