#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <deque>
#include <map>
#include <vector>

namespace natsrec {

/// restart_loop: three restarts of one server within 15 minutes. Several in one gap look like one, so counts
/// are lower bounds. Over once a run is older than that.
class RestartDetector {
 public:
  struct Restart {
    Moment moment;
    Interned id;
    Evidence proof;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };

  void step(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [recent] = *this;
    archive(recent);
  }

 private:
  void count(const Scene& scene, const IdentityEvent& event, Ledger& ledger);
  std::map<ServerRef, std::deque<Restart>> recent_;
};

}  // namespace natsrec
