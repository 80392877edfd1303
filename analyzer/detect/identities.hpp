#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace natsrec {

/// duplicate_name: two live servers of one name, in one cluster or in two that gateways connect; and
/// target_shared: a target that a balancer stands behind (DETECTION 1.9).
class IdentityDetector {
 public:
  explicit IdentityDetector(const DetectionOptions& options) : window_(options.member_window) {}
  void step(const Scene& scene, Fleet& fleet, Ledger& ledger);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [window, open, shared] = *this;
    archive(window, open, shared);
  }

 private:
  using Namesakes = std::pair<ServerRef, ServerRef>;
  std::set<Namesakes> live_namesakes(const Scene& scene) const;
  void report(const Scene& scene, const Namesakes& namesakes, Ledger& ledger);
  void settle(const Scene& scene, const std::set<Namesakes>& live, Ledger& ledger);
  void targets(const Scene& scene, Fleet& fleet, Ledger& ledger);

  struct Shared {
    Subject subject;
    Duration proven;  ///< how much had been observed at the newest proof
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  Duration window_;
  std::map<Namesakes, Subject> open_;
  std::map<std::string, Shared> shared_;
};

}  // namespace natsrec
