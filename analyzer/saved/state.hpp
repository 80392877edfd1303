#pragma once
#include "analyzer/detect/replay.hpp"

#include <string>
#include <string_view>

namespace natsrec {

/// What a replay knows, as bytes: the same state makes the same bytes, on every machine. They are for the
/// program that wrote them: whoever keeps them keeps its version beside them.
std::string save(const Replay& replay);
/// The replay as it was when it was saved; it goes on with the next epoch. Failure(Exit::store) if these are
/// not bytes that were saved, or not all of them.
Replay load(std::string_view bytes);

}  // namespace natsrec
