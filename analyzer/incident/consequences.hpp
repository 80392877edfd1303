#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/replay.hpp"

#include <vector>

namespace natsrec {

/// Finds which records are explained by others (DETECTION 1.8) and makes them info: the links of a dead or
/// restarted server, JetStream catching up after a restart, links renewed by a reload, a gateway that only
/// moved.
void explain(std::vector<Record>& records, const std::vector<ClusterOutage>& outages, Duration recovery_grace,
             Time end_of_recording);

}  // namespace natsrec
