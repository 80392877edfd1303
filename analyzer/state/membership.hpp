#pragma once
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <string>
#include <vector>

namespace natsrec {

/// Who counts as a member, and who left for good (DETECTION 1.11). Causal: an epoch knows only what came
/// before it.
class Membership {
 public:
  explicit Membership(Duration window) : window_(window) {}
  /// A server that left, and why.
  struct Left {
    ServerRef server;
    Sighting seen;
    std::string reason;
  };
  /// Before the detectors of an epoch: admits who has been alive for two intervals (declared ones are members
  /// anyway), and dismisses who left.
  std::vector<Left> update(Fleet& fleet, const Scene& scene);
  /// Servers that lived, or were asked at least, but not for the whole window.
  std::vector<ServerRef> unheard(const Fleet& fleet, const Scene& scene) const;
  void forget(Fleet& fleet, ServerRef ref);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [window, first_epoch, lives, heard, meta_size, replaced_by, founders] = *this;
    archive(window, first_epoch, lives, heard, meta_size, replaced_by, founders);
  }

 private:
  struct Departure {
    std::string reason = {};         ///< empty: it is missing, and stays a member
    ServerRef replaced_by = nobody;  ///< the newcomer that explains it
  };
  /// When a server was last alive.
  struct Life {
    Time until;
    int meta_size = 0;  ///< of its meta group then
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  std::vector<bool> who_lives(const Fleet& fleet, const Scene& scene) const;
  void follow(Fleet& fleet, const Scene& scene, const std::vector<bool>& alive);
  Departure why(const Fleet& fleet, const Scene& scene, ServerRef ref, const std::vector<bool>& alive) const;
  bool meta_group_shrank(const Fleet& fleet, const Scene& scene, ServerRef ref,
                         const std::vector<bool>& alive) const;
  ServerRef successor(const Fleet& fleet, const Scene& scene, ServerRef ref,
                      const std::vector<bool>& alive) const;

  Duration window_;
  std::optional<Time> first_epoch_;
  std::map<ServerRef, Life> lives_;
  std::map<ServerRef, Duration> heard_;        ///< how much had been observed when it was last alive or asked
  std::map<MetaGroups::Name, int> meta_size_;  ///< newest size of each meta group
  std::map<ServerRef, ServerRef> replaced_by_;  ///< who left, and who took the place
  std::set<ServerRef> founders_;                ///< alive from the beginning: they took nobody's place
};

}  // namespace natsrec
