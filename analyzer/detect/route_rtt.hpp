#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/detect/rtt_baseline.hpp"
#include "analyzer/state/scene.hpp"

#include <array>
#include <map>

namespace natsrec {

/// route_rtt_high, per pair: the round trip an end measures (the median over its connections to the peer) is
/// far above what is usual on this link, or above the limit the reader gave. A server measures with its pings
/// only, and says the old value again while the peer is silent.
class RouteRttDetector {
 public:
  explicit RouteRttDetector(const DetectionOptions& options) : options_(options) {}
  void step(const Scene& scene, const PairStates& pairs, Ledger& ledger);

 private:
  struct Link {
    struct End {
      RttBaseline usual;
      bool high = false;
    };
    std::array<End, 2> ends;
    std::optional<Sighting> normal;  ///< newest measurement while no end's was high
    bool open = false;
  };
  void judge(const Scene& scene, const Pair& pair, Link& link, Ledger& ledger);

  DetectionOptions options_;
  std::map<Pair, Link> links_;
};

}  // namespace natsrec
