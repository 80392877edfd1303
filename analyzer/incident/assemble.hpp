#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/incident/model.hpp"
#include "analyzer/incident/options.hpp"

#include <string>

namespace natsrec {

/// What is known of the recording beside its epochs.
struct RecordingFacts {
  std::string id;
  std::string name;
  std::int64_t damaged = 0;
};

/// Makes an analysis of a replay: names, consequences, incidents, causes, impact. Sorted, and the same for
/// the same input.
Analysis assemble(const Replay& replay, const RecordingFacts& facts, const AnalysisOptions& options);
/// The same of a replay that nobody needs any more: it gives up its records instead of having them copied.
Analysis assemble(Replay&& replay, const RecordingFacts& facts, const AnalysisOptions& options);

}  // namespace natsrec
