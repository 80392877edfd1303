#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "schema/deployment.hpp"
#include "schema/snapshot.hpp"

namespace natsrec {

/// Files of an imported epoch that its rows alone would not give back byte for byte, keyed by path below the epoch's
/// folder ("epoch.json", "a1/healthz.200.json"). See captures.hpp.
using VerbatimFiles = std::map<std::string, std::string>;

/// The writing side of a recording (history.db). One collector at a time; an epoch is wholly there or not there.
class Recorder {
 public:
  /// Creates the store if there is none, migrates an older one. Failure(Exit::store) if it is not ours, newer than we
  /// are, damaged or not writable.
  static Recorder open(const std::filesystem::path& store);
  Recorder(Recorder&&) noexcept;
  Recorder& operator=(Recorder&&) noexcept;
  ~Recorder();

  /// Stores one epoch in one transaction and checkpoints, so that at rest the evidence is one file.
  /// `epoch.number` and `epoch.deployment` are ignored: the number is the next one, the deployment the given one.
  /// `folder` is the name an imported epoch's folder had; empty for our own.
  /// Returns the epoch's number.
  std::int64_t record(const Epoch& epoch, const std::optional<Deployment>& deployment = std::nullopt,
                      const std::string& folder = {}, const VerbatimFiles& verbatim = {});

 private:
  struct Impl;
  explicit Recorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec
