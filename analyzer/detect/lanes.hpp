#pragma once
#include "analyzer/detect/gateways.hpp"
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/routes.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <map>
#include <vector>

namespace natsrec {

/// Keeps what state each server, route and gateway was in, epoch by epoch, for the timeline. A state lasts
/// until the next epoch tells another; what no epoch tells is unknown.
class LaneRecorder {
 public:
  void step(const Scene& scene, const PairStates& pairs, const GatewayDetector& gateways,
            const Ledger& ledger);
  /// What is in which state now. `peer` is nobody but for routes, `remote` empty but for gateways.
  struct Standing {
    LaneKind kind;
    ServerRef server, peer;
    std::string remote;
    LaneState state;
  };
  std::vector<Standing> standings() const;
  /// Since when it was in which state, from the beginning.
  using Changes = std::vector<std::pair<Time, LaneState>>;
  struct History {
    LaneKind kind;
    ServerRef server, peer;
    const std::string& remote;
    const Changes& changes;
  };
  std::vector<History> histories() const;
  /// Nothing is known from here until the next step.
  void blank(Time from);
  std::vector<Lane> finish(const Fleet& fleet, Time first, Time last) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [tracks] = *this;
    archive(tracks);
  }

 private:
  struct Key {
    LaneKind kind;
    ServerRef server;
    ServerRef peer;
    std::string remote;
    auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's mistake
    template <class Archive>
    void serialize(Archive& archive) {
      fields<4>(archive, *this);
    }
  };
  struct Track {
    Changes changes;
    std::int64_t epoch = 0;  ///< the newest that told its state
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  void put(const Key& key, const Scene& scene, LaneState state);
  static void put(Track& track, Time from, LaneState state);
  std::map<Key, Track> tracks_;
};

}  // namespace natsrec
