#pragma once
#include "schema/deployment.hpp"
#include "schema/recorder.hpp"
#include "schema/sealed_run.hpp"
#include "schema/snapshot.hpp"

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// An epoch without its snapshots.
struct EpochInfo {
  std::int64_t number = 0;
  Time started;
  Time ended;
  std::optional<Duration> interval;
  std::optional<std::int64_t> deployment;
  std::string folder;          ///< name of the folder it was imported from, else empty
  std::int64_t snapshots = 0;  ///< how many it has
};

/// The reading side of a recording. Never writes; sees no half of an epoch.
class Recording {
 public:
  /// Failure(Exit::store) if the file is missing, empty, no SQLite, another application's, damaged or newer
  /// than we are. Works on a read-only medium.
  static Recording open(const std::filesystem::path& store);
  Recording(Recording&&) noexcept;
  Recording& operator=(Recording&&) noexcept;
  ~Recording();

  std::string id() const;                         ///< random, made with the recording
  std::optional<ReportSpan> report_span() const;  ///< what to report of it, if it was cut out of another
  std::vector<EpochInfo> epochs() const;          ///< all, by number
  /// Those with greater numbers, at most as many: what is new to somebody who has seen this one.
  std::vector<EpochInfo> epochs_after(std::int64_t number,
                                      std::size_t most = std::numeric_limits<std::size_t>::max()) const;
  std::vector<EpochInfo> newest(std::size_t count) const;  ///< as many, or all, by number
  /// Numbers of the oldest and the newest epoch, damaged ones too; 0: there is none.
  std::int64_t first_number() const, last_number() const;
  /// Of all that was written up to this epoch, a chain; empty if there is no such epoch.
  std::string digest(std::int64_t epoch) const;
  std::vector<std::string> targets() const;  ///< all labels ever, in byte order
  Epoch epoch(std::int64_t number) const;    ///< with its snapshots and bodies
  Deployment deployment(std::int64_t id) const;
  std::string deployment_text(std::int64_t id) const;  ///< the document as it was given
  VerbatimFiles verbatim(std::int64_t epoch) const;
  /// One snapshot, if it was taken.
  std::optional<Snapshot> snapshot(std::int64_t epoch, const std::string& target, Endpoint endpoint) const;
  /// A run of epochs (see run.hpp) as it is kept, ordered by target label, then endpoint; empty unless all of
  /// it is sealed. For who reads a whole recording: opening the series can be shared among threads.
  std::vector<SealedSeries> sealed_run(std::int64_t run) const;
  /// What was found damaged while reading with this object. A snapshot is given out without body, status and
  /// times, with the failure `other` and "damaged in the store"; an epoch is left out.
  std::int64_t damaged() const;

 private:
  struct Impl;
  explicit Recording(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
