#include "analyzer/facts/intervals.hpp"

#include "analyzer/facts/rows.hpp"

#include <algorithm>
#include <cmath>

namespace natsrec::facts {
namespace {

constexpr double skew_step = 0.5;  // seconds

}  // namespace

struct Intervals::Statements {
  explicit Statements(SQLite::Database& database)
      : epoch{database,
              "INSERT INTO epoch (number, started_unix, ended_unix, targets, answered) VALUES (?, ?, ?, ?, "
              "?)"},
        run{database,
            "INSERT INTO server_run (server, server_id, version, started_unix, since_unix) VALUES (?, ?, ?, "
            "?, ?)"},
        run_told{database, "UPDATE server_run SET version = ?, started_unix = ? WHERE id = ?"},
        run_end{database, "UPDATE server_run SET until_unix = ? WHERE id = ?"},
        readiness{database,
                  "INSERT INTO readiness (server, state, complaint, since_unix) VALUES (?, ?, ?, ?)"},
        readiness_end{database, "UPDATE readiness SET until_unix = ? WHERE id = ?"},
        route{database,
              "INSERT INTO route_connection (server, peer, rid, account, started_unix, since_unix) "
              "VALUES (?, ?, ?, ?, ?, ?)"},
        route_end{database, "UPDATE route_connection SET last_seen_unix = ?, until_unix = ? WHERE id = ?"},
        gateway{database,
                "INSERT INTO gateway_connection (server, remote_cluster, direction, cid, remote_id, "
                "started_unix, "
                "since_unix) VALUES (?, ?, ?, ?, ?, ?, ?)"},
        gateway_end{database,
                    "UPDATE gateway_connection SET last_seen_unix = ?, until_unix = ? WHERE id = ?"},
        member{database, "INSERT INTO membership (server, since_unix) VALUES (?, ?)"},
        member_end{database, "UPDATE membership SET until_unix = ? WHERE id = ?"},
        skew{database, "INSERT INTO clock_skew (server, skew_s, since_unix) VALUES (?, ?, ?)"},
        skew_end{database, "UPDATE clock_skew SET until_unix = ? WHERE id = ?"},
        server_state{database, "INSERT INTO server_state (server, state, since_unix) VALUES (?, ?, ?)"},
        server_state_end{database, "UPDATE server_state SET until_unix = ? WHERE id = ?"},
        route_state{database,
                    "INSERT INTO route_state (server, peer, state, since_unix) VALUES (?, ?, ?, ?)"},
        route_state_end{database, "UPDATE route_state SET until_unix = ? WHERE id = ?"},
        gateway_state{
            database,
            "INSERT INTO gateway_state (server, remote_cluster, state, since_unix) VALUES (?, ?, ?, ?)"},
        gateway_state_end{database, "UPDATE gateway_state SET until_unix = ? WHERE id = ?"},
        gap{database, "INSERT OR REPLACE INTO gap (id, reason, since_unix, until_unix) VALUES (?, ?, ?, ?)"},
        server{database,
               "INSERT INTO server (id, cluster, name, server, version, member, departed, same_as) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (id) DO UPDATE SET cluster = excluded.cluster, name = excluded.name, "
               "server = excluded.server, version = excluded.version, member = excluded.member, "
               "departed = excluded.departed, same_as = excluded.same_as "
               "WHERE (cluster, name, version, member, departed) IS NOT "
               "(excluded.cluster, excluded.name, excluded.version, excluded.member, excluded.departed) "
               "OR same_as IS NOT excluded.same_as"},
        target{database,
               "INSERT INTO target (label, server) VALUES (?, ?) ON CONFLICT (label) DO UPDATE "
               "SET server = excluded.server WHERE server IS NOT excluded.server"} {}

  Row epoch, run, run_told, run_end, readiness, readiness_end, route, route_end, gateway, gateway_end, member,
      member_end, skew, skew_end, server_state, server_state_end, route_state, route_state_end, gateway_state,
      gateway_state_end, gap, server, target;
};

Intervals::Intervals(SQLite::Database& database) : statements_(std::make_unique<Statements>(database)) {}
Intervals::~Intervals() = default;

void Intervals::watch(const EpochInfo& info, const Observation& observation, const Scene* scene,
                      const Replay& replay) {
  const auto answered = std::count_if(observation.targets.begin(), observation.targets.end(),
                                      [](const auto& target) { return target.answered(); });
  statements_->epoch.write(info.number, observation.started, observation.ended, observation.targets.size(),
                           answered);
  const auto unseen_since = replay.last().value_or(observation.started);
  if (!scene) return note_unknown(unseen_since);
  // Observed time stands still where nothing was collected in between.
  const bool after_gap =
      open_.observed && *open_.observed == scene->observed && unseen_since < scene->started;
  if (after_gap) note_unknown(unseen_since);
  open_.observed = scene->observed;
  for (ServerRef ref = 0; ref < scene->fleet.size(); ++ref) {
    if (scene->fleet[ref].absorbed) continue;
    note_run(ref, *scene);
    note_membership(ref, *scene);
    note_readiness(ref, *scene);
    note_routes(ref, *scene);
    note_gateways(ref, *scene);
    note_skew(ref, *scene);
  }
}

void Intervals::note_unknown(Time from) {
  for (auto& [ref, known] : open_.readiness) set_readiness(ref, from, "unknown", "");
}

void Intervals::note_run(ServerRef ref, const Scene& scene) {
  const auto& run = scene.fleet[ref].run;
  if (run.id.empty()) return;
  auto& known = open_.runs[ref];
  if (known.row != 0 && known.id == run.id) {
    // Its peers may have named it before it told more itself.
    if (known.version != run.version) statements_->run_told.write(run.version, run.start, known.row);
    known.version = run.version;
    return;
  }
  const auto* varz = scene.view(ref).varz;
  const auto seen = varz ? varz->seen.answered : scene.started;
  if (known.row != 0) statements_->run_end.write(seen, known.row);
  known = {statements_->run.add(ref, run.id, run.version, run.start, seen), run.id, run.version};
}

void Intervals::set_readiness(ServerRef ref, Time since, const std::string& state,
                              const std::string& complaint) {
  auto& known = open_.readiness[ref];
  if (known.row != 0 && known.state == state && known.complaint == complaint) return;
  if (known.row != 0) statements_->readiness_end.write(since, known.row);
  known = {statements_->readiness.add(ref, state, complaint, since), state, complaint};
}

void Intervals::note_readiness(ServerRef ref, const Scene& scene) {
  const auto& view = scene.view(ref);
  if (!view.healthz) {
    if (view.polled || open_.readiness.contains(ref)) set_readiness(ref, scene.started, "unknown", "");
    return;
  }
  const auto* error = view.healthz->body->find(HealthProblem::readiness);
  set_readiness(ref, view.healthz->seen.answered, error ? "not_ready" : "ready", error ? error->text : "");
}

void Intervals::note_routes(ServerRef ref, const Scene& scene) {
  const auto* routez = scene.view(ref).routez;
  if (!routez) return;
  const auto seen = routez->seen.answered;
  for (ServerRef peer = 0; peer < scene.fleet.size(); ++peer) {
    const auto& direction = scene.routes.says(ref, peer);
    if (direction.says != Direction::Says::lists) continue;
    for (const auto& connection : direction.connections) {
      auto& session = open_.routes[{ref, peer, connection.rid, connection.start}];
      if (session.row == 0)
        session.row = statements_->route.add(ref, peer, static_cast<std::int64_t>(connection.rid),
                                             connection.account, connection.start, seen);
      session.last_seen = seen;
    }
  }
  const auto first = open_.routes.lower_bound({ref, 0, 0, Time::min()});
  const auto last = open_.routes.lower_bound({ref + 1, 0, 0, Time::min()});
  for (auto at = first; at != last;) {
    if (at->second.last_seen == seen) {
      ++at;
      continue;
    }
    statements_->route_end.write(at->second.last_seen, seen, at->second.row);
    at = open_.routes.erase(at);
  }
}

void Intervals::note_gateways(ServerRef ref, const Scene& scene) {
  const auto* gatewayz = scene.view(ref).gatewayz;
  if (!gatewayz) return;
  const auto seen = gatewayz->seen.answered;
  const auto note = [&](bool inbound, const std::string& remote, const GatewayConnection& connection) {
    auto& session = open_.gateways[{ref, inbound, remote, connection.cid, connection.start}];
    if (session.row == 0)
      session.row = statements_->gateway.add(ref, remote, inbound ? "inbound" : "outbound",
                                             static_cast<std::int64_t>(connection.cid), connection.remote_id,
                                             connection.start, seen);
    session.last_seen = seen;
  };
  for (const auto& [remote, outbound] : gatewayz->body->outbound) note(false, remote, outbound.connection);
  for (const auto& [remote, connections] : gatewayz->body->inbound)
    for (const auto& connection : connections) note(true, remote, connection);
  const auto first = open_.gateways.lower_bound({ref, false, "", 0, Time::min()});
  const auto last = open_.gateways.lower_bound({ref + 1, false, "", 0, Time::min()});
  for (auto at = first; at != last;) {
    if (at->second.last_seen == seen) {
      ++at;
      continue;
    }
    statements_->gateway_end.write(at->second.last_seen, seen, at->second.row);
    at = open_.gateways.erase(at);
  }
}

void Intervals::note_membership(ServerRef ref, const Scene& scene) {
  const bool member = scene.fleet[ref].member && !scene.fleet[ref].left;
  const auto known = open_.members.find(ref);
  if (member && known == open_.members.end()) {
    open_.members[ref] = statements_->member.add(ref, scene.started);
  } else if (!member && known != open_.members.end()) {
    statements_->member_end.write(scene.started, known->second);
    open_.members.erase(known);
  }
}

void Intervals::note_skew(ServerRef ref, const Scene& scene) {
  const auto* varz = scene.view(ref).varz;
  if (!varz) return;
  const auto ours = scene.clocks.translate(ref, varz->body->now);
  if (!ours.error_s) return;
  const double skew = seconds(varz->body->now - ours.time);
  auto& known = open_.skews[ref];
  if (known.row != 0 && std::abs(known.seconds - skew) < skew_step) return;
  if (known.row != 0) statements_->skew_end.write(varz->seen.answered, known.row);
  known = {statements_->skew.add(ref, skew, varz->seen.answered), skew};
}

void Intervals::finish(const Replay& replay) {
  finish_states(replay);
  finish_servers(replay);
  finish_gaps(replay);
}

void Intervals::finish_states(const Replay& replay) {
  for (const auto& lane : replay.histories()) {
    auto& known = open_.states[{lane.kind, lane.server, lane.peer, lane.remote}];
    for (; known.written < lane.changes.size(); ++known.written) {
      const auto& [since, state] = lane.changes[known.written];
      const auto told = name(state);
      switch (lane.kind) {
        case LaneKind::server:
          if (known.row != 0) statements_->server_state_end.write(since, known.row);
          known.row = statements_->server_state.add(lane.server, told, since);
          break;
        case LaneKind::route:
          if (known.row != 0) statements_->route_state_end.write(since, known.row);
          known.row = statements_->route_state.add(lane.server, lane.peer, told, since);
          break;
        case LaneKind::gateway:
          if (known.row != 0) statements_->gateway_state_end.write(since, known.row);
          known.row = statements_->gateway_state.add(lane.server, lane.remote, told, since);
          break;
      }
    }
  }
}

void Intervals::finish_servers(const Replay& replay) {
  const auto& fleet = replay.fleet();
  for (ServerRef ref = 0; ref < fleet.size(); ++ref) {
    const auto& server = fleet[ref];
    std::optional<ServerRef> same_as;
    if (server.absorbed && server.absorbed_by != nobody) same_as = server.absorbed_by;
    statements_->server.write(ref, server.cluster, server.name, server.display(), server.run.version,
                              server.member, server.left, same_as);
  }
  for (const auto& [label, target] : fleet.targets()) {
    std::optional<ServerRef> server;
    if (target.server != nobody) server = target.server;
    statements_->target.write(label, server);
  }
}

void Intervals::finish_gaps(const Replay& replay) {
  const auto gaps = replay.gaps_until(replay.last().value_or(Time{}));
  // The newest may have grown since.
  for (auto at = open_.gaps > 0 ? open_.gaps - 1 : 0; at < gaps.size(); ++at)
    statements_->gap.write(static_cast<std::int64_t>(at + 1), gaps[at].reason, gaps[at].after, gaps[at].by);
  open_.gaps = gaps.size();
}

}  // namespace natsrec::facts
