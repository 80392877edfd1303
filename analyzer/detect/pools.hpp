#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/few.hpp"
#include "analyzer/state/scene.hpp"

#include <array>
#include <map>
#include <set>
#include <string>

namespace natsrec {

/// route_pool_degraded, per pair and account: fewer connections than before, than at the other end, or than
/// the pool size (DETECTION 1.3). A slot that reconnects needs a moment: only what is missing for longer is
/// told, and how long is the time between two answers of one end with nothing renewed in between.
class PoolDetector {
 public:
  void step(const Scene& scene, const PairStates& pairs, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [links] = *this;
    archive(links);
  }

 private:
  /// What must stay the same for "before" to mean anything.
  struct Setup {
    std::array<Interned, 2> runs;
    std::array<Time, 2> loaded;
    bool operator==(const Setup&) const = default;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  struct Account {
    std::size_t most = 0;           ///< that were there long enough to count
    std::optional<Sighting> whole;  ///< newest sighting without a lack
    std::optional<Sighting> short_since;
    std::size_t short_end = 0;  ///< who told
    Time short_now;             ///< that end's clock
    bool open = false;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<6>(archive, *this);
    }
  };
  struct Link {
    Setup setup;
    std::map<Interned, Account> accounts;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  /// The connections of one account as both ends list them.
  struct Count {
    std::array<std::size_t, 2> listed{}, settled{};
    std::array<std::optional<Time>, 2> newest;  ///< start, lister's clock
  };
  using Counts = Few<Interned, Count>;

  void judge(const Scene& scene, const Pair& pair, Link& link, Counts& counts, Ledger& ledger);
  void judge(const Scene& scene, const Pair& pair, Interned name, const Count& count, std::size_t planned,
             Account& account, Ledger& ledger);
  static void count(const Scene& scene, const Pair& pair, Counts& counts);

  std::map<Pair, Link> links_;
};

}  // namespace natsrec
