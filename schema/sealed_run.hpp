#pragma once
#include "schema/snapshot.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace natsrec {

/// All snapshots of one target and endpoint in a run, as they are kept: compressed.
struct SealedSeries {
  std::string target;
  Endpoint endpoint = Endpoint::varz;
  std::string content;
};

/// Hands over its snapshots of epochs `first` to `last`, each with its epoch's number. False if any of them
/// is damaged: what was handed over by then is worth nothing, and Recording::epoch tells what is left. Any
/// thread may do it.
bool open_series(const SealedSeries& series, std::int64_t first, std::int64_t last,
                 const std::function<void(std::int64_t, const Snapshot&)>& take);

}  // namespace natsrec
