#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/detect/rtt_baseline.hpp"
#include "analyzer/saved/fields.hpp"
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

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [options, links] = *this;
    archive(options, links);
  }

 private:
  struct Link {
    struct End {
      RttBaseline usual;
      bool high = false;
      template <class Archive>
      void serialize(Archive& archive) {
        fields<2>(archive, *this);
      }
    };
    std::array<End, 2> ends;
    std::optional<Sighting> normal;  ///< newest measurement while no end's was high
    bool open = false;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  void judge(const Scene& scene, const Pair& pair, Link& link, std::vector<const Connection*>& measured_ones,
             Ledger& ledger);

  DetectionOptions options_;
  std::map<Pair, Link> links_;
};

}  // namespace natsrec
