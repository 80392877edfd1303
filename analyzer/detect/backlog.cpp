#include "analyzer/detect/backlog.hpp"

#include "analyzer/detect/bracket.hpp"
#include "analyzer/detect/pointer.hpp"

#include <algorithm>
#include <set>

namespace natsrec {

void BacklogDetector::step(const Scene& scene, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    if (scene.fleet[ref].left || scene.fleet[ref].absorbed) continue;
    if (const auto* routez = scene.views[ref].routez) {
      routes(scene, ref, ledger);
      routez_[ref] = routez->seen;
    }
    if (const auto* gatewayz = scene.views[ref].gatewayz) {
      gateways(scene, ref, ledger);
      gatewayz_[ref] = gatewayz->seen;
    }
    if (scene.views[ref].varz) counters(scene, ref, ledger);
  }
}

void BacklogDetector::routes(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& answer = *scene.views[ref].routez;
  for (ServerRef peer = 0; peer < scene.fleet.size(); ++peer) {
    const auto& direction = scene.routes.says(ref, peer);
    if (direction.says == Direction::Says::no_answer) continue;
    std::vector<Pending> pending;
    for (const auto& one : direction.connections)
      if (one.pending > options_.backlog)
        pending.push_back({one.rid, one.pending, "/routes/" + std::to_string(one.index) + "/pending_size"});
    if (pending.empty() && links_.empty()) continue;
    auto subject = Subject::pair_of(Kind::link_backlog, ref, peer);
    if (scene.fleet[peer].name < scene.fleet[ref].name) std::swap(subject.server, subject.peer);
    judge(scene, subject, {answer.seen, answer.body->now, routez_[ref]}, pending, ref, ledger);
  }
}

void BacklogDetector::gateways(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& answer = *scene.views[ref].gatewayz;
  std::map<std::string, std::vector<Pending>> pending;
  for (const auto& [key, link] : links_)
    if (key.second == ref && !key.first.remote.empty()) pending[key.first.remote];
  for (const auto& [remote, outbound] : answer.body->outbound)
    if (outbound.connection.pending > options_.backlog)
      pending[remote].push_back({outbound.connection.cid, outbound.connection.pending,
                                 pointer({"outbound_gateways", remote, "connection", "pending_bytes"})});
  for (const auto& [remote, connections] : answer.body->inbound)
    for (std::size_t i = 0; i < connections.size(); ++i)
      if (connections[i].pending > options_.backlog)
        pending[remote].push_back(
            {connections[i].cid, connections[i].pending,
             pointer({"inbound_gateways", remote, std::to_string(i), "connection", "pending_bytes"})});
  for (const auto& [remote, held] : pending)
    judge(scene, Subject::gateway_of(Kind::link_backlog, ref, remote),
          {answer.seen, answer.body->now, gatewayz_[ref]}, held, ref, ledger);
}

void BacklogDetector::judge(const Scene& scene, const Subject& subject, const Body& body,
                            const std::vector<Pending>& pending, ServerRef holder, Ledger& ledger) {
  const auto known = links_.find({subject, holder});
  if (pending.empty() && known == links_.end()) return;
  auto& link = known != links_.end() ? known->second : links_[{subject, holder}];
  std::map<std::uint64_t, Over> still;
  const Pending* proven = nullptr;
  for (const auto& one : pending) {
    const auto was = link.over.find(one.id);
    auto& over = still[one.id] =
        was != link.over.end() ? was->second : Over{body.before, body.seen, body.seen, body.now, 0};
    over.newest = body.seen;
    over.most = std::max(over.most, one.bytes);
    if (body.now - over.since >= options_.backlog_time && (!proven || over.since < still[proven->id].since))
      proven = &one;
  }
  link.over = std::move(still);
  if (proven) {
    const auto& over = link.over[proven->id];
    const bool fresh = !ledger.open(subject);
    auto& finding = ledger.holds(subject, body.seen).finding;
    link.open = true;
    if (fresh) {
      Bracket{over.before, over.first}.tell_beginning(finding);
      finding.severity = Severity::warning;
      finding.details["held_back_by"] = scene.fleet[holder].name;
      finding.details["limit_bytes"] = options_.backlog;
      finding.proof.push_back(evidence(body.seen, scene.fleet[holder], proven->pointer));
    }
    finding.details["most_bytes"] = std::max(finding.details.value("most_bytes", std::int64_t{0}), over.most);
  } else if (link.over.empty()) {
    if (link.open) ledger.clears(subject, body.seen);
    links_.erase({subject, holder});
  }
}

void BacklogDetector::counters(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& answer = *scene.views[ref].varz;
  const auto& varz = *answer.body;
  if (!varz.slow_consumers && !varz.stale_connections) return;
  const auto slow = varz.slow_consumers.value_or(ByLink{}), stale = varz.stale_connections.value_or(ByLink{});
  auto& known = counted_[ref];
  const auto subject = Subject::server_of(Kind::link_backlog, ref);
  if (known.run == varz.server_id) {
    struct Counter {
      const char* sort;
      const char* link;
      std::int64_t before, now;
    };
    bool rose = false;
    for (const auto& [sort, link, before, now] :
         {Counter{"slow_consumer", "routes", known.slow.routes, slow.routes},
          Counter{"slow_consumer", "gateways", known.slow.gateways, slow.gateways},
          Counter{"stale_connection", "routes", known.stale.routes, stale.routes},
          Counter{"stale_connection", "gateways", known.stale.gateways, stale.gateways}}) {
      if (now <= before) continue;
      const bool fresh = !ledger.open(subject);
      auto& finding = ledger.holds(subject, answer.seen).finding;
      known.open = true;
      if (fresh) {
        Bracket{known.seen, answer.seen}.tell_beginning(finding);
        finding.severity = Severity::warning;
      }
      rose = true;
      const auto key = std::string(sort) + "s";
      finding.details[key] = finding.details.value(key, std::int64_t{0}) + now - before;
      auto& links = finding.details["links"];
      if (std::find(links.begin(), links.end(), link) == links.end()) links.push_back(link);
      const auto where = pointer({std::string(sort) + "_stats", link});
      finding.proof.push_back(evidence(answer.seen, scene.fleet[ref], where));
      finding.contrary.push_back(evidence(known.seen, scene.fleet[ref], where));
    }
    if (!rose && std::exchange(known.open, false)) ledger.clears(subject, answer.seen);
  } else if (std::exchange(known.open, false)) {
    ledger.clears(subject, answer.seen);
  }
  known.run = varz.server_id;
  known.seen = answer.seen;
  known.slow = slow;
  known.stale = stale;
}

}  // namespace natsrec
