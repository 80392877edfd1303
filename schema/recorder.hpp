#pragma once
#include "schema/deployment.hpp"
#include "schema/snapshot.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace natsrec {

/// Files of an imported epoch that its rows alone would not give back byte for byte, keyed by path below the
/// epoch's folder ("epoch.json", "a1/varz.error"). Of a body's file ("a1/healthz.200.json") only the name is
/// kept here: its snapshot has the bytes. See capture.hpp.
using VerbatimFiles = std::map<std::string, std::string>;

/// What an imported epoch has besides its snapshots.
struct Origin {
  std::string folder;  ///< name of the epoch's folder; of our own epochs empty
  VerbatimFiles verbatim;
  std::optional<std::string> deployment;  ///< the capture's deployment.json, as it is
};

/// Of a recording that was cut out of another: what is before `since` is only there to learn from.
struct ReportSpan {
  Time since, until;
};

/// Where an epoch stands that is copied from another recording.
struct Place {
  std::int64_t number = 0;
  std::optional<std::string>
      previous;  ///< digest of the epoch before it; absent: that of the one recorded last
};

/// The writing side of a recording (history.db). One collector at a time; an epoch is wholly there or not
/// there.
class Recorder {
 public:
  /// Creates the store if there is none, migrates an older one. Failure(Exit::store) if it is not ours, newer
  /// than we are, damaged or not writable.
  static Recorder open(const std::filesystem::path& store);
  Recorder(Recorder&&) noexcept;
  Recorder& operator=(Recorder&&) noexcept;
  ~Recorder();

  /// Stores one epoch in one transaction and checkpoints, so that at rest the evidence is one file.
  /// `epoch.number` and `epoch.deployment` are ignored: the number is the next one, the deployment the given
  /// one, which is stored once for all epochs under it. Returns the epoch's number.
  std::int64_t record(const Epoch& epoch, const std::optional<Deployment>& deployment = std::nullopt);
  /// The same for an epoch that has files besides its snapshots, as out of a capture.
  std::int64_t record_imported(const Epoch& epoch, const Origin& origin);

  /// The same for one that keeps its number; Failure(Exit::store) unless that is above all others.
  std::int64_t record_copy(const Epoch& epoch, const std::optional<std::string>& deployment,
                           const std::optional<std::string>& folder, const VerbatimFiles& verbatim,
                           const Place& place);

  /// For a copy that is being made, before its first epoch: it stays the recording that it was copied from,
  /// and until it is whole nothing of it needs to survive a crash: syncing it is up to the caller
  /// (NewFile::keep).
  void become_copy_of(const std::string& id, const std::optional<ReportSpan>& span);

  /// When the latest epoch started; by time, not by number, as the clock may have gone back.
  std::optional<Time> newest() const;

 private:
  struct Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
