#pragma once
#include "analyzer/detect/replay.hpp"

#include <string>
#include <string_view>

namespace natsrec {

/// What a replay knows, in two parts, for the second is most of it and changes once in minutes.
struct SavedReplay {
  std::string story;
  std::string habits;  ///< round trips of the last day, by which RttBaseline knows what is usual
  bool operator==(const SavedReplay&) const = default;
};

/// What a replay knows, as bytes: the same state makes the same bytes, on every machine. They are for the
/// program that wrote them: whoever keeps them keeps its version beside them.
SavedReplay save(const Replay& replay);
/// The replay as it was when it was saved; it goes on with the next epoch. Failure(Exit::store) if these are
/// not bytes that were saved, or not all of them.
Replay load(const SavedReplay& saved);

}  // namespace natsrec
