#pragma once
#include "analyzer/state/fleet.hpp"

#include <vector>

namespace natsrec {

/// Follows each run from its start to its first ready answer and the seconds it then needs to dial, and tells
/// which servers are still on that way: monitoring answers before JetStream recovery, gateways and routes
/// (DETECTION 1.7).
std::vector<bool> follow_startup(Fleet& fleet, const std::vector<ServerView>& views);

}  // namespace natsrec
