#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/state/scene.hpp"

#include <set>

namespace natsrec {

/// route_silent: a route that is listed and dead. On the connection that carries the system account nothing
/// came in while messages went out, for 90 s and more of server time (DETECTION 1.6).
class SilenceDetector {
 public:
  void step(const Scene& scene, const PairStates& pairs, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [silent] = *this;
    archive(silent);
  }

 private:
  void judge(const Scene& scene, const Pair& pair, PairState state, Ledger& ledger);
  std::set<Pair> silent_;
};

}  // namespace natsrec
