#pragma once
#include "schema/snapshot.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What was given to a recorder, and whether a recording still has it.
namespace natsrec::faults {

using History = std::map<std::int64_t, Epoch>;  ///< by number

/// An epoch of three small servers: bodies in which some lines move, now and then a failure.
Epoch epoch_of(std::int64_t number);

/// Throws std::runtime_error, which says what is wrong, unless the recording is whole, has every epoch from
/// `first` to `last`, and all it has, which is nothing beyond `history`, is as it was given.
void require(const std::filesystem::path& store, const History& history, std::int64_t first,
             std::int64_t last);

}  // namespace natsrec::faults
