#pragma once
#include "analyzer/commands/analysis.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace natsrec {

/// The analysis of a recording that grows, brought up to date with what is new in it: the replay is kept from
/// one look to the next, so that an epoch is replayed once, whatever the options.
class Follower {
 public:
  Follower(std::filesystem::path store, Window window, AnalysisOptions options, Means means);

  /// What the recording says now; nothing if no epoch came since the last call. Failure(Exit::store) if it
  /// cannot be used any more, or if another one has taken its place.
  std::optional<Analysis> next();

 private:
  void begin(const Recording& recording);

  std::filesystem::path store_;
  Window window_;
  AnalysisOptions options_;
  Means means_;
  std::optional<Replay> story_;  ///< absent: nothing was looked at yet
  std::string id_;
  std::int64_t last_ = 0;  ///< epoch looked at last
  std::int64_t damage_ = 0;
};

}  // namespace natsrec
