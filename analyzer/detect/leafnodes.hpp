#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>

namespace natsrec {

/// leafnode_down: a leafnode that was there for two intervals is listed by no server of the cluster, and all
/// that listed leafnodes before answer, or are down. Needs /leafz. A leafnode is known by its cluster, name
/// and account: one that only moved to another server of the cluster is not gone, and one without a name of
/// its own, whose next process has another, cannot be missed. What hung on a hub that is down is told of once
/// that hub is back without it.
class LeafnodeDetector {
 public:
  void step(const Scene& scene, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [known, hubs] = *this;
    archive(known, hubs);
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  ///< cluster, name, account
  struct Known {
    ServerRef hub = nobody;  ///< that listed it last
    Time since;              ///< of its present unbroken stay
    bool regular = false;    ///< stayed for two intervals
    bool there = false;      ///< in the newest epoch that could tell
    template <class Archive>
    void serialize(Archive& archive) {
      fields<4>(archive, *this);
    }
  };
  void follow_labels(const Scene& scene);
  bool can_tell(const Scene& scene, const std::string& cluster, const Ledger& ledger) const;
  void judge(const Scene& scene, ServerRef hub, Ledger& ledger);

  std::map<Key, Known> known_;
  std::set<ServerRef> hubs_;  ///< servers whose /leafz is collected
};

}  // namespace natsrec
