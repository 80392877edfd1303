#pragma once
#include "schema/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace natsrec {

/// All snapshots of one target and endpoint in a run, as they are kept: compressed.
struct SealedSeries {
  std::string target;
  Endpoint endpoint = Endpoint::varz;
  std::string content;
};

/// Its snapshots of epochs `first` to `last`, each with its epoch's number. Nothing if any of them is
/// damaged: Recording::epoch tells then what is left. Any thread may do it.
std::optional<std::vector<std::pair<std::int64_t, Snapshot>>> open_series(const SealedSeries& series,
                                                                          std::int64_t first,
                                                                          std::int64_t last);

}  // namespace natsrec
