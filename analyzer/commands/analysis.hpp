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

/// Replays all epochs up to `until`. `threads` take part in it; with any number of them it tells the same.
void replay(const Recording& recording, const std::vector<EpochInfo>& epochs, std::optional<Time> until,
            Replay& replay, const std::function<void(double)>& progress = {},
            unsigned threads = all_threads());

/// The whole way from file to analysis.
Analysis analyse(const std::filesystem::path& store, const Window& window, AnalysisOptions options,
                 const std::function<void(double)>& progress = {});

}  // namespace natsrec
