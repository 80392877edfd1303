#include "analyzer/detect/gateways.hpp"

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

std::string key_of(const std::string& cluster, const std::string& remote) {
  return "gateway:" + std::min(cluster, remote) + "|" + std::max(cluster, remote);
}

/// As a JSON pointer's token (RFC 6901).
std::string escaped(const std::string& token) {
  std::string result;
  for (const char c : token) {
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  }
  return result;
}

}  // namespace

void GatewayDetector::step(const Scene& scene, Ledger& ledger) {
  states_.clear();
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    const auto& server = scene.fleet[ref];
    if (server.left || server.absorbed) continue;
    std::set<std::string> expected;
    if (server.last_varz)
      for (const auto& remote : server.last_varz->gateways) expected.insert(remote.name);
    for (const auto& remote : expected) states_[{ref, remote}] = State::unknown;
    const auto* gatewayz = scene.views[ref].gatewayz;
    if (!gatewayz || gatewayz->body->name.empty()) continue;
    for (const auto& [remote, outbound] : gatewayz->body->outbound)
      connected(scene, ref, remote, outbound, ledger);
    for (const auto& remote : expected)
      if (!gatewayz->body->outbound.contains(remote)) absent(scene, ref, remote, ledger);
  }
  judge_scope(scene, ledger);
}

void GatewayDetector::connected(const Scene& scene, ServerRef ref, const std::string& remote,
                                const Outbound& outbound, Ledger& ledger) {
  const auto& answer = *scene.views[ref].gatewayz;
  const auto& server = scene.fleet[ref];
  states_[{ref, remote}] = State::up;
  ledger.clears(Subject::gateway_of(Kind::gateway_down, ref, remote), answer.seen);

  auto& known = known_[{ref, remote}];
  const auto& connection = outbound.connection;
  const auto far_end = scene.fleet.by_id(connection.remote_id);
  const bool same_end =
      far_end != nobody ? far_end == known.remote : connection.remote_id == known.connection.remote_id;
  const bool renewed =
      known.connected && known.run == server.run.id && connection.cid != known.connection.cid;
  if (renewed && (!same_end || connection.start > known.server_then)) {
    const auto kind = same_end ? Kind::gateway_reconnected : Kind::gateway_failover;
    auto& record = ledger.event(Subject::gateway_of(kind, ref, remote), known.seen, answer.seen);
    auto& details = record.finding.details;
    const auto called = [&](ServerRef end, const std::string& id) {
      return end == nobody ? id : scene.fleet[end].name;
    };
    if (!same_end) details["from"] = called(known.remote, known.connection.remote_id);
    details["to"] = called(far_end, connection.remote_id);
    if (kind == Kind::gateway_reconnected) record.finding.count = 1;
    record.finding.proof.push_back(
        evidence(answer.seen, server, "/outbound_gateways/" + escaped(remote) + "/connection"));
    record.toward = known.remote;
  }
  known = {answer.seen, answer.body->now, server.run.id, connection, far_end, true};
}

void GatewayDetector::absent(const Scene& scene, ServerRef ref, const std::string& remote, Ledger& ledger) {
  const auto& answer = *scene.views[ref].gatewayz;
  const auto& server = scene.fleet[ref];
  const auto found = known_.find({ref, remote});
  if (found != known_.end()) found->second.connected = false;
  if (scene.is_starting(ref)) return;
  // Never seen connected by anybody is another matter than lost.
  if (found == known_.end() && !ever_connected(scene, server.cluster, remote)) return;
  states_[{ref, remote}] = State::down;
  const auto subject = Subject::gateway_of(Kind::gateway_down, ref, remote);
  const bool fresh = ledger.open(subject) == nullptr;
  auto& record = ledger.holds(subject, answer.seen);
  auto& finding = record.finding;
  if (!fresh) return;
  finding.severity = Severity::critical;
  finding.details["scope"] = "server";
  const auto inbound = answer.body->inbound.find(remote);
  finding.details["inbound"] = inbound == answer.body->inbound.end() ? 0 : inbound->second.size();
  if (found != known_.end()) {
    record.toward = found->second.remote;
    finding.details["was_connected_to"] =
        record.toward == nobody ? found->second.connection.remote_id : scene.fleet[record.toward].name;
  }
  finding.proof.push_back(evidence(answer.seen, server, "/outbound_gateways"));
  record.keys.insert(key_of(server.cluster, remote));
}

bool GatewayDetector::ever_connected(const Scene& scene, const std::string& cluster,
                                     const std::string& remote) const {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& entry) {
    const auto& [ref, other] = entry.first;
    const auto& own = scene.fleet[ref].cluster;
    return (own == cluster && other == remote) || (own == remote && other == cluster);
  });
}

void GatewayDetector::judge_scope(const Scene& scene, Ledger& ledger) {
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> tally;  // (cluster, remote): down, up
  for (const auto& [link, state] : states_) {
    auto& [down, up] = tally[{scene.fleet[link.first].cluster, link.second}];
    if (state == State::down) ++down;
    if (state == State::up) ++up;
  }
  for (const auto& [link, state] : states_) {
    const auto& [down, up] = tally[{scene.fleet[link.first].cluster, link.second}];
    if (state != State::down || up > 0 || down < 2) continue;
    if (auto* record = ledger.open(Subject::gateway_of(Kind::gateway_down, link.first, link.second)))
      record->finding.details["scope"] = "cluster";
  }
}

}  // namespace natsrec
