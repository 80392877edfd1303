#pragma once
#include "analyzer/saved/fields.hpp"
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
  Interned remote_id;
  Interned account;
  Time start;  ///< lister's clock
  std::optional<Duration> round_trip;
  std::int64_t pending = 0;  ///< bytes
  std::int64_t in_msgs = 0, out_msgs = 0;
  std::size_t index = 0;  ///< place in the body's array
  template <class Archive>
  void serialize(Archive& archive) {
    fields<9>(archive, *this);
  }
};

/// Since when nothing came in on the connection that carries the system account, whose servers talk to each
/// other all the time (DETECTION 1.6).
struct Quiet {
  std::uint64_t rid = 0;
  std::int64_t in_msgs = 0, out_msgs = 0;
  Time now;  ///< lister's clock
  Sighting since;
  std::size_t index = 0;        ///< place in that body's array
  bool spoke = false;           ///< until then something did come in, or the connection was new
  bool heard = false;           ///< in this epoch
  Duration length{};            ///< as far as observed
  std::int64_t unanswered = 0;  ///< messages written in that time
  template <class Archive>
  void serialize(Archive& archive) {
    fields<10>(archive, *this);
  }
};

/// What one server says of one peer.
struct Direction {
  enum class Says { no_answer, lists, lacks };
  Says says = Says::no_answer;                   ///< in this epoch
  std::optional<Sighting> listed_since, listed;  ///< first and last of the newest unbroken listing
  std::optional<Sighting> lacked_since, lacked;  ///< likewise
  Interned lister_run;                           ///< of the newest listing
  std::vector<Connection> connections;           ///< of the newest body; empty if it lacks the peer
  std::optional<Quiet> quiet;                    ///< absent: no connection tells

  /// Listed, but dead: nothing came in for 90 s while more and more was written (DETECTION 1.6).
  bool silent() const;
  const Connection* find(std::uint64_t rid) const;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<8>(archive, *this);
  }
};

class RouteTable {
 public:
  /// Takes in an epoch's /routez. Admits peers that nobody polls, and tells of their restarts.
  void update(Fleet& fleet, const std::vector<ServerView>& views, Duration interval,
              std::vector<IdentityEvent>& events);
  const Direction& says(ServerRef lister, ServerRef peer) const;
  /// Peers that `lister` lists in this epoch.
  std::vector<ServerRef> listed_by(ServerRef lister) const;
  /// Some answering server lists it in this epoch.
  bool listed(ServerRef server) const { return server < listed_.size() && listed_[server]; }

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [directions, listed, strangers, first] = *this;
    archive(directions, listed, strangers, first);
  }

 private:
  /// Of a body's routes, in its order: the peers whose ids are known; else nobody, yet.
  using Peers = std::vector<ServerRef>;

  Peers admit(Fleet& fleet, ServerRef lister, const Answer<Routez>& answer, Duration interval);
  void read(const Fleet& fleet, ServerRef lister, const Answer<Routez>& answer, const Peers& peers);
  void follow_runs(Fleet& fleet, const std::vector<ServerView>& views, const std::vector<Peers>& peers,
                   std::vector<IdentityEvent>& events) const;
  Direction& at(ServerRef lister, ServerRef peer);

  std::vector<std::vector<Direction>> directions_;  ///< by lister and peer
  std::vector<bool> listed_;                        ///< by peer, in this epoch
  std::map<Interned, Time> strangers_;  ///< ids nothing tells about, and since when they are listed
  bool first_ = true;
};

}  // namespace natsrec
