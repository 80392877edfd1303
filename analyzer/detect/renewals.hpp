#pragma once
#include "analyzer/detect/bracket.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/route_table.hpp"

#include <optional>
#include <string>
#include <vector>

/// Re-establishments of one link as one of its ends tells them: same servers, another identity, made after
/// the body that listed the one before (DETECTION 1.4).
namespace natsrec {

/// One re-establishment that is proven by two bodies of one server.
struct Renewal {
  Sighting before, seen;
  Connection connection;  ///< the new one
  Bracket bracket() const { return {before, seen}; }
  template <class Archive>
  void serialize(Archive& archive) {
    fields<3>(archive, *this);
  }
};

/// How often one connection had to be made anew, without a quiet window in between.
struct Trail {
  int length = 0;
  std::vector<Renewal> recent;  ///< as many as make flapping
  void add(const Renewal& renewal, const DetectionOptions& options);
  /// So many of them lie within the window.
  bool flaps(const DetectionOptions& options) const;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<2>(archive, *this);
  }
};

/// Follows the connections one end lists through their drops. Which new one took the place of which lost one
/// is not told by anything, so counts are lower bounds: a new connection inherits the shortest trail of those
/// it can have replaced. A link was re-established as often as its most renewed connection.
class EndHistory {
 public:
  /// What the newest body adds.
  struct News {
    std::optional<Renewal> newest;
    std::size_t renewed = 0, connections = 0;
    bool lacked_before = false;  ///< the body before listed none
    // Of the renewed ones; valid until the next body.
    const Trail* longest = nullptr;
    const Trail* flapping = nullptr;  ///< the longest whose renewals lie within the window
  };
  News take(const Direction& direction, Interned run, Time now, const Sighting& seen,
            const DetectionOptions& options);

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [run, slots, previous] = *this;
    archive(run, slots, previous);
  }

 private:
  struct Slot {
    Connection connection;
    Time now;  ///< lister's clock in the newest body that lists it
    bool listed = false;
    Trail trail;
    bool replaced = false;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<5>(archive, *this);
    }
  };
  /// Those that dropped and are not replaced, shortest trail first.
  std::vector<Slot*> lost_of(Interned account);
  void forget_other_runs(const Direction& direction, Interned run);
  bool is_known(const Connection& connection) const;
  bool all_known(const Direction& direction) const;
  void place(const Direction& direction, Time now, const Sighting& seen, const DetectionOptions& options,
             News& news);
  void tell_trails(const Sighting& seen, const DetectionOptions& options, News& news) const;

  Interned run_;  ///< of the lister
  std::vector<Slot> slots_;
  std::optional<Sighting> previous_;
};

}  // namespace natsrec
