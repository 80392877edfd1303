#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/state/scene.hpp"

#include <deque>
#include <map>

namespace natsrec {

using Pair = std::pair<ServerRef, ServerRef>;  ///< in order of name

/// route_down, route_one_sided, route_reconnected and route_flapping, per pair of members and from both ends
/// (DETECTION 1.2, 1.4).
class RouteDetector {
 public:
  explicit RouteDetector(const DetectionOptions& options)
      : flap_window_(options.flap_window), flap_count_(options.flap_count) {}

  void step(const Scene& scene, Ledger& ledger);
  /// Of the epoch stepped last; pairs of members only.
  const std::map<Pair, PairState>& states() const { return states_; }

 private:
  struct Reconnects {
    std::optional<Time>
        last;  ///< of the newest re-establishment, so that the other end's report of it is not another
    struct At {
      Duration observed;
      Moment moment;
      Sighting seen;
    };
    std::deque<At> recent;
    int count = 0;  ///< since it flaps
  };
  PairState judge(const Scene& scene, const Pair& pair) const;
  void report(const Scene& scene, const Pair& pair, PairState state, Ledger& ledger);
  void reconnected(const Scene& scene, const Pair& pair, bool recovered, Ledger& ledger);
  void count(const Scene& scene, const Pair& pair, const Moment& moment, const Sighting& seen,
             Ledger& ledger);
  void settle(const Scene& scene, Ledger& ledger);

  Duration flap_window_;
  int flap_count_;
  std::map<Pair, PairState> states_;
  std::map<Pair, Reconnects> reconnects_;
};

}  // namespace natsrec
