#pragma once
#include "analyzer/state/clock.hpp"
#include "analyzer/state/fleet.hpp"
#include "analyzer/state/meta_groups.hpp"
#include "analyzer/state/route_table.hpp"

#include <vector>

namespace natsrec {

/// State of a pair of servers of one cluster, from both ends (DETECTION 1.2).
enum class PairState : std::uint8_t { unknown, up, one_sided, down };

/// One epoch as detectors see it: everybody's identity settled, everybody's word about everybody at hand.
struct Scene {
  std::int64_t epoch = 0;
  Time started, ended;
  Duration interval{};
  Duration observed{};  ///< length of the recording up to here without its gaps
  const Fleet& fleet;
  const std::vector<ServerView>& views;
  const Clocks& clocks;
  const RouteTable& routes;
  const MetaGroups& meta;
  const std::vector<bool>&
      starting;  ///< by server: still coming up, its missing links say nothing (DETECTION 1.7)

  const ServerView& view(ServerRef ref) const {
    static const ServerView nothing;
    return ref < views.size() ? views[ref] : nothing;
  }
  bool is_starting(ServerRef ref) const { return ref < starting.size() && starting[ref]; }
};

}  // namespace natsrec
