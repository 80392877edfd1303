#pragma once
#include "analyzer/state/scene.hpp"

#include <map>
#include <string>
#include <vector>

namespace natsrec {

/// Who counts as a member, and who left for good (DETECTION 1.11). Causal: an epoch knows only what came
/// before it.
class Membership {
 public:
  /// A server that left, and why.
  struct Left {
    ServerRef server;
    Sighting seen;
    std::string reason;
  };
  /// Before the detectors of an epoch: admits who has been alive for two intervals (declared ones are members
  /// anyway), and dismisses who left.
  std::vector<Left> update(Fleet& fleet, const Scene& scene);

 private:
  struct Departure {
    std::string reason = {};         ///< empty: it is missing, and stays a member
    ServerRef replaced_by = nobody;  ///< the newcomer that explains it
  };
  bool declared(const Fleet& fleet, const std::string& cluster) const;
  Departure why(const Fleet& fleet, const Scene& scene, ServerRef ref) const;

  std::optional<Time> first_epoch_;
  std::map<ServerRef, Time> last_alive_;
  std::map<std::string, int> meta_size_;           ///< newest size of the meta group by JetStream domain
  std::map<ServerRef, int> meta_size_when_alive_;  ///< the size when the server was last alive
  std::map<ServerRef, ServerRef> replaced_by_;
};

}  // namespace natsrec
