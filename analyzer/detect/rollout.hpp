#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <string>
#include <vector>

namespace natsrec {

/// rollout_unsafe: a member that was fine restarts or drains while another of its cluster is down or not
/// ready. Comes after the detectors that tell who is.
class RolloutDetector {
 public:
  void step(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [known] = *this;
    archive(known);
  }

 private:
  struct Known {
    std::optional<Sighting> fine;  ///< newest proof that it was ready
    std::optional<Sighting> out;   ///< first proof of the present spell that it is down or not ready
    Evidence proof;                ///< the newest of it
    std::int64_t proven = 0;       ///< in which epoch
    std::string told;              ///< the run whose end was told already
    template <class Archive>
    void serialize(Archive& archive) {
      fields<5>(archive, *this);
    }
  };
  void look(const Scene& scene, ServerRef ref, const Ledger& ledger);
  struct Move {
    ServerRef server;
    Interned run;                  ///< that ends
    std::optional<Sighting> fine;  ///< before it
    Sighting seen;
    Evidence proof;
    bool drains;  ///< else it restarts
  };
  void report(const Scene& scene, const Move& move, Ledger& ledger);

  std::map<ServerRef, Known> known_;
};

}  // namespace natsrec
