#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

#include <map>

namespace natsrec {

/// server_down and monitor_unreachable: down or only unseen (DETECTION 1.12). Silence of the monitoring port
/// is not death: a peer that lost it must say so, or its own host that nobody listens any more.
class ReachDetector {
 public:
  void step(const Scene& scene, Ledger& ledger);

 private:
  void alive(const Scene& scene, ServerRef ref, Ledger& ledger);
  void unreachable(const Scene& scene, ServerRef ref, Ledger& ledger);
  std::map<ServerRef, Sighting> silent_since_;  ///< first failure of the present spell
};

}  // namespace natsrec
