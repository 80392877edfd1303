// Routes that went or came back with something else: a server's death, a reload, a loss that is told already.
#include "analyzer/incident/consequence_rules.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

/// A link that was re-established within 60 s of a reload of one of its ends belongs to the reload.
bool reloaded(const Causality& c, Record& r) {
  std::optional<std::size_t> because;
  for (const auto end : {r.subject.server, r.subject.peer}) {
    const auto reload = c.find(r, Kind::config_reloaded, end, time_to_mesh);
    if (reload && r.finding.ended &&
        r.finding.ended->best() <= c.at(*reload).finding.began.best() + time_to_mesh)
      because = c.earlier(because, reload);
  }
  return c.because_of(r, because);
}

/// A cluster without a configured name takes over the greatest that a server brings, and every member closes
/// all of its routes to do so (nats-server, setClusterName).
bool renamed(const Causality& c, Record& r) {
  return c.because_of(r, c.earliest({Kind::server_restarted, Kind::server_joined}, [&](const Record& start) {
    return start.finding.cluster == r.finding.cluster &&
           start.finding.details.contains("made_up_cluster_name") &&
           c.follows(r.finding, start.finding, time_to_dial);
  }));
}

bool by_end_or_reload(const Causality& c, Record& r) {
  return c.because_of_a_run_of_an_end(r) || reloaded(c, r) || renamed(c, r);
}

/// Flapping is explained if each of its re-establishments is, as by one reload after the other.
void flapping(const Causality& c, Record& r) {
  std::vector<std::size_t> drops;
  for (const auto kind : {Kind::route_reconnected, Kind::route_down})
    for (const auto index : c.of_same_link(kind, r))
      if (c.follows(c.at(index).finding, r.finding, 0s)) drops.push_back(index);
  const bool explained =
      std::all_of(drops.begin(), drops.end(), [&](auto index) { return c.at(index).because.has_value(); });
  if (!drops.empty() && explained) c.because_of(r, c.at(drops.front()).because);
}

/// A ping that a frozen server answers when it goes on has been on its way for all that time.
void answered_late(const Causality& c, Record& r) {
  for (const auto kind : {Kind::monitor_unreachable, Kind::server_down})
    if (!r.because) c.because_of_an_end(r, kind, time_to_dial);
}

void one_sided(const Causality& c, Record& r) {
  if (by_end_or_reload(c, r) || !r.finding.ended) return;
  // A break that one end saw long before the other is still one break: the loss told by both ends stands
  // for it.
  for (const auto index : c.of_same_link(Kind::route_down, r)) {
    const auto& down = c.at(index).finding;
    const bool next =
        down.epochs.back() <= r.finding.ended_epochs.back() && c.end_of(down) >= r.finding.ended->by;
    if (next && c.because_of(r, index)) return;
  }
}

void reconnected(const Causality& c, Record& r) {
  if (c.because_of_an_end(r, Kind::config_reloaded, time_to_mesh) ||
      c.because_of_an_end(r, Kind::monitor_unreachable, time_to_dial) || c.because_of_a_run_of_an_end(r) ||
      renamed(c, r))
    return;
  // A connection that was missed for long and came back: its lack is what is told. And when a lost route
  // comes back both ends dial; of connections that are one too many, one is closed and made again.
  if (!c.because_of_same_link(r, Kind::route_pool_degraded))
    c.because_of_same_link(r, Kind::route_down, time_to_dial);
}

bool is_missing(const Record& count, const Record& peer) {
  const auto& missing = count.finding.details["missing"];
  return count.finding.cluster == peer.finding.cluster &&
         std::find(missing.begin(), missing.end(), peer.finding.server) != missing.end();
}

/// What is behind losses, if something is behind each of them.
struct Behind {
  std::optional<std::size_t> first;
  bool each = true;
};

template <class F>
Behind behind_losses(const Causality& c, std::initializer_list<Kind> kinds, F fits) {
  Behind result;
  for (const auto kind : kinds)
    for (const auto index : c.of(kind)) {
      const auto& loss = c.at(index);
      if (!fits(loss)) continue;
      if (loss.because)
        result.first = c.earlier(result.first, c.first_cause(*loss.because));
      else
        result.each = false;
    }
  return result;
}

/// A low count says no more than the losses it counts.
void count_low(const Causality& c, Record& r) {
  auto behind = behind_losses(c, {Kind::route_down, Kind::route_one_sided}, [&](const Record& loss) {
    return (loss.subject.server == r.subject.server || loss.subject.peer == r.subject.server) &&
           c.follows(r.finding, loss.finding, time_to_dial) &&
           c.end_of(r.finding) >= loss.finding.began.earliest();
  });
  if (!behind.each) return;
  // Its peers may have restarted so fast that nobody else could say the link was down.
  if (!behind.first)
    behind.first = c.earliest({Kind::server_down, Kind::server_restarted}, [&](const Record& peer) {
      return is_missing(r, peer) && c.follows(r.finding, peer.finding, time_to_dial);
    });
  c.because_of(r, behind.first);
}

/// Servers that restarted and do not find each other at once are split for as long; so are those whose
/// cluster takes a new name. It is no more than the losses it is made of, unless it stays.
void partitioned(const Causality& c, Record& r) {
  if (c.proven(r.finding) >= time_to_mesh) return;
  const auto& islands = r.finding.details["islands"];
  const auto island_of = [&](const std::string& name) {
    return std::find_if(islands.begin(), islands.end(), [&](const auto& island) {
      return std::find(island.begin(), island.end(), name) != island.end();
    });
  };
  const auto behind = behind_losses(c, {Kind::route_down}, [&](const Record& loss) {
    return loss.finding.cluster == r.finding.cluster && c.follows(r.finding, loss.finding, 0s) &&
           island_of(loss.finding.server) != island_of(loss.finding.peer);
  });
  if (behind.each) c.because_of(r, behind.first);
}

}  // namespace

void explain_routes(Causality& c) {
  c.each(Kind::route_down, [&](Record& r) { by_end_or_reload(c, r); });
  c.each(Kind::route_one_sided, [&](Record& r) { one_sided(c, r); });
  c.each(Kind::route_reconnected, [&](Record& r) { reconnected(c, r); });
  c.each(Kind::route_flapping, [&](Record& r) { flapping(c, r); });
  c.each(Kind::route_reconnected, [&](Record& r) { c.because_of_same_link(r, Kind::route_flapping); });
  c.each(Kind::route_silent, [&](Record& r) { c.because_of_an_end(r, Kind::server_down, 0s); });
  c.each(Kind::route_rtt_high, [&](Record& r) { answered_late(c, r); });
  c.each(Kind::route_pool_degraded, [&](Record& r) { by_end_or_reload(c, r); });
}

void explain_route_counts(Causality& c) {
  c.each(Kind::route_count_low, [&](Record& r) { count_low(c, r); });
}

void explain_partitions(Causality& c) {
  c.each(Kind::cluster_partitioned, [&](Record& r) { partitioned(c, r); });
}

}  // namespace natsrec
