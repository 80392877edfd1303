#pragma once
#include "analyzer/commands/observations.hpp"
#include "analyzer/detect/replay.hpp"
#include "analyzer/incident/assemble.hpp"
#include "schema/recording.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace natsrec {

/// Where in a recording to look, as typed: RFC 3339, or a length of time before its end.
struct Window {
  std::string since, until;
};

/// Replays the epochs of a stretch. `threads` take part in it; with any number of them it tells the same.
void replay(const Recording& recording, const Stretch& stretch, Replay& replay,
            const std::function<void(double)>& progress = {}, unsigned threads = all_threads());

/// Facts are kept for default options.
bool has_facts(const AnalysisOptions& options);

/// Up to when to look, if not to the end; `options.since` is set to when from. Failure(Exit::usage) naming
/// the flag that is wrong.
std::optional<Time> bounds(const Recording& recording, const Window& window, AnalysisOptions& options);

/// How an analysis is come by; what it says is the same.
struct Means {
  std::function<void(double)> progress = {};          ///< share of what is replayed
  std::function<void(const std::string&)> note = {};  ///< why there are no facts to use
  bool facts = true;                                  ///< kept from before; else all is replayed
  bool lanes = true;                                  ///< the report's are wanted
};

/// The whole way from file to analysis.
Analysis analyse(const std::filesystem::path& store, const Window& window, AnalysisOptions options,
                 const Means& means = {});

}  // namespace natsrec
