#pragma once
#include "schema/prepared.hpp"

namespace natsrec::store {

/// Does a share of the work that turns full runs into chunks, in one transaction; called once an epoch, so
/// that no epoch pays for all. First every series of the oldest full run becomes a chunk, which is opened
/// again and compared with its rows byte for byte; then their rows go, the newest epochs first, because the
/// first epoch's bodies are what the others are based on. A series in which something is damaged stays rows.
void seal_some(sql::Prepared& statements);

}  // namespace natsrec::store
