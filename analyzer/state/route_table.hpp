#pragma once
#include "analyzer/state/fleet.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What each server says of each peer, epoch by epoch. Peers, not connections: pooled and per-account routes
/// make several connections per peer (DETECTION 1.3).
namespace natsrec {

struct Connection {
  std::uint64_t rid = 0;
  std::string remote_id;
  std::string account;
  Time start;  ///< lister's clock
  std::optional<Duration> round_trip;
  std::size_t index = 0;
};

/// A connection that dropped and came back between two bodies of one server (DETECTION 1.4).
struct Reestablished {
  Sighting before, seen;
  Connection connection;        ///< the new one
  std::size_t renewed = 0;      ///< how many of the peer's connections are new
  std::size_t connections = 0;  ///< how many there are
};

/// What one server says of one peer.
struct Direction {
  enum class Says { no_answer, lists, lacks };
  Says says = Says::no_answer;                   ///< in this epoch
  std::optional<Sighting> listed_since, listed;  ///< first and last of the newest unbroken listing
  std::optional<Sighting> lacked_since, lacked;  ///< likewise
  std::string lister_run;                        ///< of the newest listing
  std::vector<Connection> connections;           ///< of the newest body; empty if it lacks the peer
  std::optional<Reestablished> reestablished;    ///< in this epoch
};

class RouteTable {
 public:
  /// Takes in an epoch's /routez. Admits peers that nobody polls.
  void update(Fleet& fleet, const std::vector<ServerView>& views, Duration interval);
  const Direction& says(ServerRef lister, ServerRef peer) const;
  /// Peers that `lister` lists in this epoch.
  std::vector<ServerRef> listed_by(ServerRef lister) const;
  /// Some answering server lists it in this epoch.
  bool listed(ServerRef server) const;

 private:
  struct Previous {
    Sighting seen;
    Time now;
    std::string run;
  };
  void read(Fleet& fleet, ServerRef lister, const Answer<Routez>& answer, Duration interval);
  void list(Direction& direction, const Answer<Routez>& answer, std::vector<Connection> connections,
            const Previous* previous);

  std::map<std::pair<ServerRef, ServerRef>, Direction> directions_;
  std::map<ServerRef, Previous> previous_;  ///< newest /routez of each server
  std::map<std::string, Time> strangers_;   ///< ids nothing tells about, and since when they are listed
  bool first_ = true;
};

}  // namespace natsrec
