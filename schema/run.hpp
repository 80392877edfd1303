#pragma once
#include <cstdint>

namespace natsrec {

/// Epochs are sealed and removed by runs of this many, aligned to their numbers.
inline constexpr std::int64_t run_length = 64;
inline constexpr std::int64_t run_of(std::int64_t epoch) { return epoch / run_length; }
inline constexpr std::int64_t first_epoch_of(std::int64_t run) { return run * run_length; }
inline constexpr std::int64_t last_epoch_of(std::int64_t run) { return run * run_length + run_length - 1; }

}  // namespace natsrec
