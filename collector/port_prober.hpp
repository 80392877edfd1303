#pragma once
#include "collector/clock.hpp"
#include "collector/ports.hpp"

#include <string>
#include <vector>

namespace natsrec {

/// The ports of one target.
struct Probe {
  std::string target;
  std::vector<Listener> listeners;
};

/// Opens a TCP connection to each, all at once, and closes it without a word. One snapshot `ports` for each
/// target that has listeners; what did not connect is told in its body. Takes no longer than `patience`.
std::vector<Snapshot> probe_ports(const std::vector<Probe>& probes, Duration patience, const Clock& clock);

}  // namespace natsrec
