#pragma once
#include "schema/recording.hpp"

#include <string>

namespace natsrec {

/// The epoch meant by a number, or the newest one that had begun at a time.
/// Failure(Exit::usage) if there is none.
std::int64_t find_epoch(const std::string& text, const Recording& recording);

/// What was recorded of one endpoint of a server (its name, cluster/name, or its target's label) in an epoch.
/// Failure(Exit::usage) if nobody asked; Failure(Exit::partly) if no body came, with what came instead.
std::string body_of(const Recording& recording, std::int64_t epoch, const std::string& server,
                    Endpoint endpoint);

}  // namespace natsrec
