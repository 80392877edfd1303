#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/replay.hpp"

#include <vector>

namespace natsrec {

/// Indices of the records that belong together; those above info make the incident, the others appear under
/// it.
struct Group {
  std::vector<std::size_t> records;    ///< above info, by onset
  std::vector<std::size_t> explained;  ///< info: consequences, and what went along with it
  std::vector<std::size_t> absorbed;   ///< first records of groups that turned out to be this one
};

/// Joins findings above info by onset and by what they share (DETECTION §3). Ordered by the onset of the
/// first record.
std::vector<Group> join(const std::vector<Record>& records, const std::vector<ClusterOutage>& outages,
                        Duration join, Duration settle, Time end_of_recording);

}  // namespace natsrec
