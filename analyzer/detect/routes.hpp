#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/detect/renewals.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <array>
#include <map>
#include <utility>

namespace natsrec {

using Pair = std::pair<ServerRef, ServerRef>;  ///< in order of name
using PairStates = std::map<Pair, PairState>;

/// What is known of one link from the past: enough to tell a break seen by one end from one seen by both, and
/// a re-establishment from its report by the other end.
struct RouteHistory {
  /// One end's word, as far as it is evidence.
  struct End {
    Direction::Says says = Direction::Says::no_answer;  ///< in this epoch
    std::optional<Sighting> listed;
    std::optional<Sighting> lacked;  ///< first lack after `listed` and after the link was last proven up
    std::vector<Sighting> lacks;     ///< recent ones of the newest unbroken lacking
    EndHistory connections;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<5>(archive, *this);
    }
  };
  std::array<End, 2> ends;
  std::optional<Sighting> contrary;  ///< newest proof that the link was not down
  /// The re-establishment told last, so that the other end's report of it is not another.
  struct Told {
    Exact made;
    Moment bracket;
    std::size_t end;  ///< who told; any other number: both did, or the end of a loss
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  std::optional<Told> told;
  int before_flapping = 0;   ///< length of the trail when flapping began, less what makes flapping
  Duration quiet{};          ///< observed time since the newest re-establishment
  Duration observed_then{};  ///< the recording's at the epoch before
  template <class Archive>
  void serialize(Archive& archive) {
    fields<6>(archive, *this);
  }
};

/// route_down, route_one_sided, route_reconnected and route_flapping, per pair of members and from both ends
/// (DETECTION 1.2, 1.4).
class RouteDetector {
 public:
  explicit RouteDetector(const DetectionOptions& options) : options_(options) {}

  void step(const Scene& scene, Ledger& ledger);
  /// Of the epoch stepped last; pairs of members only.
  const PairStates& states() const { return states_; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [options, states, histories] = *this;
    archive(options, states, histories);
  }

 private:
  PairState judge(const Scene& scene, const Pair& pair, RouteHistory& history) const;
  void report(const Scene& scene, const Pair& pair, PairState state, RouteHistory& history, Ledger& ledger);
  void down(const Scene& scene, const Pair& pair, RouteHistory& history, Ledger& ledger);
  bool one_sided(const Scene& scene, const Pair& pair, RouteHistory& history, Ledger& ledger);
  bool up(const Scene& scene, const Pair& pair, RouteHistory& history, Ledger& ledger);
  void reconnected(const Scene& scene, const Pair& pair, bool recovered, RouteHistory& history,
                   Ledger& ledger);
  void flapping(const Scene& scene, const Pair& pair, const std::array<EndHistory::News, 2>& news,
                RouteHistory& history, Ledger& ledger);
  void calm(const Scene& scene, const Pair& pair, PairState state, RouteHistory& history, Ledger& ledger);

  DetectionOptions options_;
  PairStates states_;
  std::map<Pair, RouteHistory> histories_;
};

PairState state_of(const PairStates& states, ServerRef a, ServerRef b);

}  // namespace natsrec
