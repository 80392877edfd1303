#include "analyzer/state/route_table.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// The newest connection that replaced one which is gone, if it was made after the body before was written.
std::optional<Reestablished> compare(const std::vector<Connection>& before,
                                     const std::vector<Connection>& now, Time server_then) {
  const auto in = [](const std::vector<Connection>& all, std::uint64_t rid) {
    return std::any_of(all.begin(), all.end(), [rid](const auto& one) { return one.rid == rid; });
  };
  // Only a connection of the same account to the same run of the peer replaces another: the rest is a
  // restart's work.
  std::map<std::pair<std::string, std::string>, std::size_t> gone;
  for (const auto& one : before)
    if (!in(now, one.rid)) ++gone[{one.account, one.remote_id}];
  std::optional<Reestablished> result;
  std::size_t renewed = 0;
  for (const auto& one : now) {
    if (in(before, one.rid) || one.start <= server_then) continue;
    auto& lost = gone[{one.account, one.remote_id}];
    if (lost == 0) continue;
    --lost;
    ++renewed;
    if (!result || one.start > result->connection.start) result.emplace().connection = one;
  }
  if (result) {
    result->renewed = renewed;
    result->connections = now.size();
  }
  return result;
}

}  // namespace

void RouteTable::update(Fleet& fleet, const std::vector<ServerView>& views, Duration interval) {
  for (auto& [pair, direction] : directions_) {
    direction.says = Direction::Says::no_answer;
    direction.reestablished.reset();
  }
  for (ServerRef lister = 0; lister < views.size(); ++lister)
    if (views[lister].routez) read(fleet, lister, *views[lister].routez, interval);
  first_ = false;
}

void RouteTable::read(Fleet& fleet, ServerRef lister, const Answer<Routez>& answer, Duration interval) {
  std::map<ServerRef, std::vector<Connection>> listed;
  bool strangers = false;
  for (const auto& route : answer.body->routes) {
    auto peer = fleet.peer(lister, route.remote_id, route.remote_name);
    if (peer == nobody) {
      // Before 2.9.16 a route has an id only, and a restarted peer may be about to tell us that the id is its
      // own.
      const auto since = strangers_.try_emplace(route.remote_id, answer.seen.answered).first->second;
      const bool named = !route.remote_name.empty();
      if (named || first_ || answer.seen.answered - since >= 2 * interval)
        peer = fleet.admit(lister, route.remote_id, route.remote_name, answer.seen);
    }
    if (peer == nobody)
      strangers = true;
    else
      listed[peer].push_back(
          {route.rid, route.remote_id, route.account, route.start, route.rtt, route.index});
  }

  const auto found = previous_.find(lister);
  const auto& run = fleet[lister].run.id;
  const auto* previous = found != previous_.end() && found->second.run == run ? &found->second : nullptr;
  for (ServerRef peer = 0; peer < fleet.size(); ++peer) {
    if (peer == lister || fleet[peer].cluster != fleet[lister].cluster) continue;
    auto& direction = directions_[{lister, peer}];
    if (const auto connections = listed.find(peer); connections != listed.end()) {
      list(direction, answer, connections->second, previous);
      direction.lister_run = run;
    } else if (!strangers) {  // else the peer may be the stranger
      direction.says = Direction::Says::lacks;
      direction.connections.clear();
      if (!direction.lacked_since ||
          (direction.listed && direction.listed->asked > direction.lacked_since->asked))
        direction.lacked_since = answer.seen;
      direction.lacked = answer.seen;
    } else {
      direction.connections.clear();
    }
  }
  previous_[lister] = {answer.seen, answer.body->now, run};
}

void RouteTable::list(Direction& direction, const Answer<Routez>& answer, std::vector<Connection> connections,
                      const Previous* previous) {
  direction.says = Direction::Says::lists;
  if (previous && !direction.connections.empty())
    if (auto renewed = compare(direction.connections, connections, previous->now)) {
      renewed->before = previous->seen;
      renewed->seen = answer.seen;
      direction.reestablished = std::move(renewed);
    }
  direction.connections = std::move(connections);
  if (!direction.listed_since ||
      (direction.lacked && direction.lacked->asked > direction.listed_since->asked))
    direction.listed_since = answer.seen;
  direction.listed = answer.seen;
}

const Direction& RouteTable::says(ServerRef lister, ServerRef peer) const {
  static const Direction nothing;
  const auto found = directions_.find({lister, peer});
  return found == directions_.end() ? nothing : found->second;
}

std::vector<ServerRef> RouteTable::listed_by(ServerRef lister) const {
  std::vector<ServerRef> result;
  for (auto at = directions_.lower_bound({lister, 0}); at != directions_.end() && at->first.first == lister;
       ++at)
    if (at->second.says == Direction::Says::lists) result.push_back(at->first.second);
  return result;
}

bool RouteTable::listed(ServerRef server) const {
  return std::any_of(directions_.begin(), directions_.end(), [server](const auto& entry) {
    return entry.first.second == server && entry.second.says == Direction::Says::lists;
  });
}

}  // namespace natsrec
