#include "analyzer/detect/renewals.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace natsrec {

void Trail::add(const Renewal& renewal, const DetectionOptions& options) {
  if (!recent.empty() && renewal.connection.start - recent.back().connection.start > options.flap_window) {
    recent.clear();
    length = 0;
  }
  ++length;
  recent.push_back(renewal);
  if (static_cast<int>(recent.size()) > options.flap_count) recent.erase(recent.begin());
}

bool Trail::flaps(const DetectionOptions& options) const {
  return static_cast<int>(recent.size()) == options.flap_count &&
         recent.back().connection.start - recent.front().connection.start <= options.flap_window;
}

void EndHistory::forget_other_runs(const Direction& direction, Interned run) {
  if (run_ != run) {
    slots_.clear();
    previous_.reset();
    run_ = run;
  }
  if (direction.connections.empty()) return;
  std::erase_if(slots_, [&](const Slot& slot) {
    return std::none_of(
        direction.connections.begin(), direction.connections.end(),
        [&](const auto& connection) { return connection.remote_id == slot.connection.remote_id; });
  });
}

EndHistory::News EndHistory::take(const Direction& direction, Interned run, Time now, const Sighting& seen,
                                  const DetectionOptions& options) {
  News news;
  if (direction.says == Direction::Says::no_answer) return news;
  forget_other_runs(direction, run);
  news.connections = direction.connections.size();
  news.lacked_before =
      std::none_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot.listed; });
  for (auto& slot : slots_) {
    slot.listed = direction.find(slot.connection.rid) != nullptr;
    if (slot.listed) slot.now = now;
  }
  if (!all_known(direction)) place(direction, now, seen, options, news);
  tell_trails(seen, options, news);
  previous_ = seen;
  return news;
}

bool EndHistory::is_known(const Connection& connection) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [&](const auto& slot) { return slot.connection.rid == connection.rid; });
}

bool EndHistory::all_known(const Direction& direction) const {
  return std::all_of(direction.connections.begin(), direction.connections.end(),
                     [&](const auto& connection) { return is_known(connection); });
}

void EndHistory::place(const Direction& direction, Time now, const Sighting& seen,
                       const DetectionOptions& options, News& news) {
  std::vector<Slot> placed;
  std::map<Interned, std::size_t> taken;  // by account: how many of the lost ones are replaced
  // Those that may have been on their way already take the places of lost ones first: what is left to count
  // is a lower bound. The order in which a body lists them is chance.
  auto listed = direction.connections;
  std::sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.start, a.account, a.rid) < std::tie(b.start, b.account, b.rid);
  });
  for (const auto& connection : listed) {
    if (is_known(connection)) continue;
    placed.push_back({connection, now, true, {}});
    const auto lost = lost_of(connection.account);
    auto& replaced = taken[connection.account];
    if (replaced == lost.size()) continue;
    ++replaced;
    placed.back().trail = lost.front()->trail;
    const auto listed_last = (*std::min_element(lost.begin(), lost.end(), [](const auto* a, const auto* b) {
                               return a->now < b->now;
                             }))->now;
    if (connection.start <= listed_last) continue;  // it was on its way already
    const Renewal renewal{*previous_, seen, connection};
    placed.back().trail.add(renewal, options);
    ++news.renewed;
    if (!news.newest || connection.start > news.newest->connection.start) news.newest = renewal;
  }
  for (const auto& [account, count] : taken) {
    const auto lost = lost_of(account);
    // Those with the longest trails go, for the same reason: what stays is a lower bound.
    for (auto at = lost.end() - static_cast<std::ptrdiff_t>(count); at != lost.end(); ++at)
      (*at)->replaced = true;
  }
  std::erase_if(slots_, [](const Slot& slot) { return slot.replaced; });
  slots_.insert(slots_.end(), std::make_move_iterator(placed.begin()), std::make_move_iterator(placed.end()));
}

void EndHistory::tell_trails(const Sighting& seen, const DetectionOptions& options, News& news) const {
  for (const auto& slot : slots_) {
    if (slot.trail.recent.empty() || slot.trail.recent.back().seen.epoch != seen.epoch) continue;
    if (!news.longest || slot.trail.length > news.longest->length) news.longest = &slot.trail;
    if (slot.trail.flaps(options) && (!news.flapping || slot.trail.length > news.flapping->length))
      news.flapping = &slot.trail;
  }
}

std::vector<EndHistory::Slot*> EndHistory::lost_of(Interned account) {
  std::vector<Slot*> lost;
  for (auto& slot : slots_)
    if (!slot.listed && slot.connection.account == account) lost.push_back(&slot);
  std::stable_sort(lost.begin(), lost.end(),
                   [](const auto* a, const auto* b) { return a->trail.length < b->trail.length; });
  return lost;
}

}  // namespace natsrec
