#include "analyzer/state/route_table.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using Says = Direction::Says;
constexpr auto silence = 90s;  // three times the pause between two statistics of a server of 2.9

/// The connection that carries the system account: its own, else the only one. None if a server of the pair
/// has no such account, or nothing is known of it.
const Connection* carrier(const Fleet& fleet, ServerRef lister, ServerRef peer,
                          const std::vector<Connection>& connections) {
  const auto& own = fleet[lister].last_varz;
  const auto& other = fleet[peer].last_varz;
  if (!own || !other || own->system_account.empty() || own->system_account != other->system_account)
    return nullptr;
  for (const auto& one : connections)
    if (one.account == own->system_account) return &one;
  return connections.size() == 1 && connections.front().account.empty() ? &connections.front() : nullptr;
}

void listen(Direction& direction, const Connection* carrier, Time now, const Sighting& seen) {
  auto& quiet = direction.quiet;
  if (!carrier) {
    quiet.reset();
    return;
  }
  const bool same = quiet && quiet->rid == carrier->rid && now >= quiet->now;
  if (same && quiet->in_msgs == carrier->in_msgs) {
    quiet->length = now - quiet->now;
    quiet->unanswered = carrier->out_msgs - quiet->out_msgs;
    return;
  }
  const bool news = quiet.has_value();
  quiet =
      Quiet{carrier->rid, carrier->in_msgs, carrier->out_msgs, now, seen, carrier->index, news, news, {}, 0};
}

void list(Direction& direction, const Sighting& seen) {
  direction.says = Says::lists;
  if (!direction.listed_since ||
      (direction.lacked && direction.lacked->asked > direction.listed_since->asked))
    direction.listed_since = seen;
  direction.listed = seen;
}

void lack(Direction& direction, const Sighting& seen) {
  direction.says = Says::lacks;
  direction.connections.clear();
  direction.quiet.reset();
  if (!direction.lacked_since ||
      (direction.listed && direction.listed->asked > direction.lacked_since->asked))
    direction.lacked_since = seen;
  direction.lacked = seen;
}

}  // namespace

bool Direction::silent() const { return quiet && quiet->length >= silence && quiet->unanswered > 0; }

const Connection* Direction::find(std::uint64_t rid) const {
  const auto found = std::find_if(connections.begin(), connections.end(),
                                  [rid](const auto& connection) { return connection.rid == rid; });
  return found == connections.end() ? nullptr : &*found;
}

Direction& RouteTable::at(ServerRef lister, ServerRef peer) {
  if (directions_.size() <= lister) directions_.resize(lister + 1);
  auto& row = directions_[lister];
  if (row.size() <= peer) row.resize(peer + 1);
  return row[peer];
}

void RouteTable::update(Fleet& fleet, const std::vector<ServerView>& views, Duration interval,
                        std::vector<IdentityEvent>& events) {
  // A server that lacks a peer may be read before the one that makes it known.
  std::vector<Peers> peers(views.size());
  for (ServerRef lister = 0; lister < views.size(); ++lister)
    if (views[lister].routez) peers[lister] = admit(fleet, lister, *views[lister].routez, interval);
  follow_runs(fleet, views, peers, events);
  listed_.assign(fleet.size(), false);
  for (auto& row : directions_)
    for (auto& direction : row) {
      direction.says = Says::no_answer;
      if (direction.quiet) direction.quiet->heard = false;
    }
  for (ServerRef lister = 0; lister < views.size(); ++lister)
    if (views[lister].routez) read(fleet, lister, *views[lister].routez, peers[lister]);
  first_ = false;
}

RouteTable::Peers RouteTable::admit(Fleet& fleet, ServerRef lister, const Answer<Routez>& answer,
                                    Duration interval) {
  Peers peers;
  peers.reserve(answer.body->routes.size());
  std::vector<std::pair<Interned, ServerRef>> known;  // most peers are listed more than once
  known.reserve(16);
  for (const auto& route : answer.body->routes) {
    const auto before = std::find_if(known.begin(), known.end(),
                                     [&](const auto& one) { return one.first == route.remote_id; });
    peers.push_back(before != known.end() ? before->second : fleet.by_id(route.remote_id));
    if (peers.back() != nobody) {
      if (before == known.end()) known.emplace_back(route.remote_id, peers.back());
      continue;
    }
    if (fleet.peer(lister, route.remote_id, route.remote_name) != nobody) continue;
    // Before 2.9.16 a route has an id only, and a restarted peer may be about to tell us that the id is its
    // own.
    const auto since = strangers_.try_emplace(route.remote_id, answer.seen.answered).first->second;
    const bool named = !route.remote_name.empty() && route.remote_name != route.remote_id;
    if (named || first_ || answer.seen.answered - since >= 2 * interval)
      fleet.admit(lister, route.remote_id, route.remote_name, answer.seen);
  }
  return peers;
}

/// Peers that nobody polls and that have a new id were started anew.
void RouteTable::follow_runs(Fleet& fleet, const std::vector<ServerView>& views,
                             const std::vector<Peers>& peers, std::vector<IdentityEvent>& events) const {
  struct Start {
    ServerRef server;
    Sighting seen;
  };
  std::map<std::string, Start> starts;  // by id
  for (ServerRef lister = 0; lister < views.size(); ++lister) {
    const auto* routez = views[lister].routez;
    if (!routez) continue;
    for (const auto& route : routez->body->routes) {
      if (peers[lister][route.index] != nobody) continue;
      const auto peer = fleet.peer(lister, route.remote_id, route.remote_name);
      if (peer == nobody || fleet[peer].run.start || fleet.by_id(route.remote_id) != nobody) continue;
      auto& start = starts.try_emplace(route.remote_id, Start{peer, routez->seen}).first->second;
      if (routez->seen.answered < start.seen.answered) start.seen = routez->seen;
    }
  }
  for (const auto& [id, start] : starts) {
    std::optional<Sighting> before;
    for (const auto& row : directions_)
      if (start.server < row.size())
        if (const auto& listed = row[start.server].listed;
            listed && (!before || before->asked < listed->asked))
          before = listed;
    const auto from = fleet[start.server].run.id;
    if (before)
      events.push_back({IdentityEvent::What::restarted, start.server, before, start.seen, {}, from, id});
    fleet.follow_run(start.server, id);
  }
}

void RouteTable::read(const Fleet& fleet, ServerRef lister, const Answer<Routez>& answer,
                      const Peers& peers) {
  bool strangers = false;
  std::vector<std::size_t> listed(fleet.size(), 0);  // connections by peer
  for (const auto& route : answer.body->routes) {
    auto peer = peers[route.index];
    if (peer == nobody) peer = fleet.peer(lister, route.remote_id, route.remote_name);
    if (peer == nobody) {
      strangers = true;
      continue;
    }
    if (peer == lister) continue;
    // What the last body left is written over: its strings' memory serves again.
    auto& connections = at(lister, peer).connections;
    if (connections.size() == listed[peer]) connections.emplace_back();
    auto& connection = connections[listed[peer]++];
    connection.rid = route.rid;
    connection.remote_id = route.remote_id;
    connection.account = route.account;
    connection.start = route.start;
    connection.round_trip = route.rtt;
    connection.pending = route.pending;
    connection.in_msgs = route.in_msgs;
    connection.out_msgs = route.out_msgs;
    connection.index = route.index;
  }
  listed_.resize(fleet.size(), false);
  const auto& run = fleet[lister].run.id;
  for (ServerRef peer = 0; peer < fleet.size(); ++peer) {
    if (peer == lister) continue;
    if (listed[peer] > 0) {
      auto& direction = at(lister, peer);
      direction.connections.resize(listed[peer]);
      list(direction, answer.seen);
      listen(direction, carrier(fleet, lister, peer, direction.connections), answer.body->now, answer.seen);
      direction.lister_run = run;
      listed_[peer] = true;
    } else if (fleet[peer].cluster == fleet[lister].cluster) {
      auto& direction = at(lister, peer);
      if (strangers)  // the peer may be the stranger
        direction.connections.clear();
      else
        lack(direction, answer.seen);
    }
  }
}

const Direction& RouteTable::says(ServerRef lister, ServerRef peer) const {
  static const Direction nothing;
  if (lister >= directions_.size() || peer >= directions_[lister].size()) return nothing;
  return directions_[lister][peer];
}

std::vector<ServerRef> RouteTable::listed_by(ServerRef lister) const {
  std::vector<ServerRef> result;
  if (lister >= directions_.size()) return result;
  const auto& row = directions_[lister];
  result.reserve(row.size());
  for (ServerRef peer = 0; peer < row.size(); ++peer)
    if (row[peer].says == Says::lists) result.push_back(peer);
  return result;
}

}  // namespace natsrec
