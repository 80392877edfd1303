#include "analyzer/detect/gateways.hpp"

#include "analyzer/detect/gateway_names.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto time_to_connect = 60s;  // a run younger than that may still be at its first attempts

const RemoteGateway* configured(const Server& server, const std::string& remote) {
  if (!server.last_varz) return nullptr;
  const auto& all = server.last_varz->gateways;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == remote; });
  return found == all.end() ? nullptr : &*found;
}

std::string connection_pointer(const std::string& remote) {
  return "/outbound_gateways/" + pointer_token(remote) + "/connection";
}

/// Whether all that lives of a cluster is still starting, and takes no gateways yet (DETECTION 1.7).
bool still_starting(const Scene& scene, const std::string& cluster) {
  bool any = false;
  for (ServerRef ref = 0; ref < scene.fleet.size(); ++ref) {
    if (scene.fleet[ref].cluster != cluster || scene.view(ref).reach != ServerView::Reach::alive) continue;
    if (!scene.is_starting(ref)) return false;
    any = true;
  }
  return any;
}

/// The process at the far end still lives: that its connection went is the link's doing.
bool lives(const Scene& scene, const std::string& id) {
  const auto ref = scene.fleet.by_id(id);
  return ref != nobody && scene.fleet[ref].run.id == id && !scene.fleet[ref].run.lame_duck &&
         scene.view(ref).reach == ServerView::Reach::alive;
}

Interned called(const Scene& scene, Interned id) {
  const auto ref = scene.fleet.by_id(id);
  return ref == nobody ? id : scene.fleet[ref].name;
}

std::size_t inbound(const Gatewayz& body, const std::string& remote) {
  const auto found = body.inbound.find(remote);
  return found == body.inbound.end() ? 0 : found->second.size();
}

/// The list that lacks it, and the configuration that wants it.
void prove_absence(const Scene& scene, ServerRef ref, const RemoteGateway& remote, Finding& finding) {
  const auto& view = scene.view(ref);
  finding.proof.push_back(evidence(view.gatewayz->seen, scene.fleet[ref], "/outbound_gateways"));
  if (view.varz)
    finding.proof.push_back(
        evidence(view.varz->seen, scene.fleet[ref], "/gateway/gateways/" + std::to_string(remote.index)));
}

/// A server of the cluster that is lost, alive all the same: what is gone is the way there.
void prove_life(const Scene& scene, const std::string& cluster, Finding& finding) {
  for (const auto ref : scene.fleet.members(cluster))
    if (const auto* varz = scene.view(ref).varz) {
      finding.proof.push_back(evidence(varz->seen, scene.fleet[ref], "/now"));
      return;
    }
}

double in_ms(Duration duration) { return seconds(duration) * 1000; }

}  // namespace

void GatewayDetector::step(const Scene& scene, Ledger& ledger) {
  states_.clear();
  flaps_.step(scene);
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) look_at(scene, ref, ledger);
  judge_scope(scene, ledger);
}

void GatewayDetector::look_at(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& server = scene.fleet[ref];
  if (server.left || server.absorbed || !server.last_varz) return;
  const auto& expected = server.last_varz->gateways;
  for (const auto& remote : expected) states_[{ref, remote.name}] = State::unknown;
  const auto* gatewayz = scene.views[ref].gatewayz;
  if (!gatewayz) return;
  for (const auto& [remote, outbound] : gatewayz->body->outbound)
    connected(scene, {ref, remote}, outbound, ledger);
  if (scene.is_starting(ref)) return;
  for (const auto& remote : expected)
    if (!gatewayz->body->outbound.contains(remote.name)) absent(scene, ref, remote, ledger);
  forget_gone(scene, ref, ledger);
}

void GatewayDetector::connected(const Scene& scene, const Link& link, const Outbound& outbound,
                                Ledger& ledger) {
  const auto& [ref, remote] = link;
  const auto& answer = *scene.views[ref].gatewayz;
  const auto& run = scene.fleet[ref].run.id;
  const auto& connection = outbound.connection;
  auto& known = known_[link];
  bool recovered = false;
  if (!known.connected) {
    const auto lost_to = known.connection.remote_id;
    for (const auto kind : {Kind::gateway_never_connected, Kind::gateway_name_mismatch})
      ledger.clears(Subject::gateway_of(kind, ref, remote), answer.seen);
    const auto down = Subject::gateway_of(Kind::gateway_down, ref, remote);
    if (const auto* ended = ledger.clears(down, answer.seen)) {
      recovered = true;
      if (known.run == run && (lost_to == connection.remote_id || lives(scene, lost_to)))
        flaps_.reestablished(down,
                             {*ended->finding.ended, ended->finding.ended_epochs, answer.seen,
                              evidence(answer.seen, scene.fleet[ref], connection_pointer(remote))},
                             ledger);
    }
  }
  // Also where it was absent in between without being told as lost: a remote still starting, an implicit one.
  if (!recovered && known.run == run && known.connection.cid != connection.cid)
    renewed(scene, link, known, connection, ledger);
  known.seen = answer.seen;
  known.server_then = answer.body->now;
  known.run = run;
  known.configured = configured(scene.fleet[ref], remote) != nullptr;
  known.connection = connection;
  known.connected = true;
  known.absent.reset();
  const auto subject = Subject::gateway_of(Kind::gateway_flapping, ref, remote);
  flaps_.known(subject, answer.seen, ledger);
  const bool degraded = slow(scene, link, known, ledger) || flaps_.flapping(subject);
  states_[link] = degraded ? State::degraded : State::up;
}

void GatewayDetector::renewed(const Scene& scene, const Link& link, const Known& known,
                              const GatewayConnection& connection, Ledger& ledger) {
  const auto& [ref, remote] = link;
  const auto& answer = *scene.views[ref].gatewayz;
  const auto& before = known.connection.remote_id;
  const auto old_end = scene.fleet.by_id(before), new_end = scene.fleet.by_id(connection.remote_id);
  const bool same_end = before == connection.remote_id || (new_end != nobody && new_end == old_end);
  if (same_end && connection.start <= known.server_then) return;
  const auto kind = same_end ? Kind::gateway_reconnected : Kind::gateway_failover;
  const auto proof = evidence(answer.seen, scene.fleet[ref], connection_pointer(remote));
  auto& record = ledger.event(Subject::gateway_of(kind, ref, remote), known.seen, answer.seen);
  auto& finding = record.finding;
  if (!same_end) finding.details["from"] = called(scene, before);
  finding.details["to"] = called(scene, connection.remote_id);
  finding.details["lived_on"] = lives(scene, before);
  finding.count = 1;
  finding.proof.push_back(proof);
  finding.contrary.push_back(evidence(known.seen, scene.fleet[ref], connection_pointer(remote)));
  record.toward = old_end;
  if (lives(scene, before))
    flaps_.reestablished(record.subject, {finding.began, finding.epochs, answer.seen, proof}, ledger);
}

bool GatewayDetector::slow(const Scene& scene, const Link& link, Known& known, Ledger& ledger) {
  const auto rtt = known.connection.rtt;
  const auto& seen = scene.views[link.first].gatewayz->seen;
  const auto subject = Subject::gateway_of(Kind::gateway_rtt_high, link.first, link.second);
  if (!rtt || *rtt <= Duration::zero()) return false;
  const auto verdict = known.rtt.judge(seen.answered, *rtt, options_);
  if (!verdict) return false;
  if (!verdict->high) {
    ledger.clears(subject, seen);
    return false;
  }
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, seen).finding;
  if (fresh) {
    finding.severity = Severity::warning;
    finding.details["rtt_ms"] = in_ms(*rtt);
    if (verdict->usual) finding.details["usual_ms"] = in_ms(*verdict->usual);
    finding.details["limit_ms"] = in_ms(verdict->limit);
    finding.details["to"] = called(scene, known.connection.remote_id);
    finding.proof.push_back(
        evidence(seen, scene.fleet[link.first], connection_pointer(link.second) + "/rtt"));
  }
  finding.details["worst_ms"] = std::max(finding.details.value("worst_ms", 0.0), in_ms(*rtt));
  return true;
}

void GatewayDetector::absent(const Scene& scene, ServerRef ref, const RemoteGateway& remote, Ledger& ledger) {
  const Link link{ref, remote.name};
  const auto& seen = scene.views[ref].gatewayz->seen;
  const auto found = known_.find(link);
  if (found == known_.end()) return never_connected(scene, link, remote, ledger);
  found->second.connected = false;
  flaps_.known(Subject::gateway_of(Kind::gateway_flapping, ref, remote.name), seen, ledger);
  lost(scene, link, remote, found->second, ledger);
}

void GatewayDetector::lost(const Scene& scene, const Link& link, const RemoteGateway& remote, Known& known,
                           Ledger& ledger) {
  const auto& [ref, name] = link;
  const auto& answer = *scene.views[ref].gatewayz;
  const auto subject = Subject::gateway_of(Kind::gateway_down, ref, name);
  const bool fresh = ledger.open(subject) == nullptr;
  if (!known.absent) known.absent = answer.seen;
  if (fresh && still_starting(scene, name)) return;
  states_[link] = State::down;
  if (!fresh) {
    ledger.holds(subject, answer.seen);
    return;
  }
  // From when it went, also where that was no alarm yet.
  ledger.clears(subject, known.seen);
  ledger.holds(subject, *known.absent);
  auto& record = ledger.holds(subject, answer.seen);
  auto& finding = record.finding;
  finding.severity = Severity::critical;
  finding.details["scope"] = "server";
  finding.details["inbound"] = inbound(*answer.body, name);
  finding.details["was_connected_to"] = called(scene, known.connection.remote_id);
  prove_absence(scene, ref, remote, finding);
  prove_life(scene, name, finding);
  record.toward = scene.fleet.by_id(known.connection.remote_id);
  record.keys.insert(gateway_key(scene.fleet[ref].cluster, name));
}

bool GatewayDetector::known_to_exist(const Scene& scene, const std::string& remote) const {
  for (ServerRef ref = 0; ref < scene.fleet.size(); ++ref)
    if (scene.fleet[ref].cluster == remote) return true;
  return std::any_of(known_.begin(), known_.end(),
                     [&](const auto& one) { return one.first.second == remote; });
}

void GatewayDetector::never_connected(const Scene& scene, const Link& link, const RemoteGateway& remote,
                                      Ledger& ledger) {
  const auto& [ref, name] = link;
  const auto& answer = *scene.views[ref].gatewayz;
  const auto& start = scene.fleet[ref].run.start;
  if (!start || answer.body->now - *start < time_to_connect || still_starting(scene, name)) return;
  states_[link] = State::down;
  const auto subject = Subject::gateway_of(Kind::gateway_never_connected, ref, name);
  const bool fresh = ledger.open(subject) == nullptr;
  auto& finding = ledger.holds(subject, answer.seen).finding;
  if (fresh) {
    finding.severity = Severity::warning;
    finding.details["urls"] = remote.urls;
    finding.details["remote_known"] = known_to_exist(scene, name);
    finding.details["inbound"] = inbound(*answer.body, name);
    prove_absence(scene, ref, remote, finding);
  }
  const auto mismatch = Subject::gateway_of(Kind::gateway_name_mismatch, ref, name);
  const auto found = answers_as(scene, remote);
  if (!found) return;
  if (found->name == name) {
    ledger.clears(mismatch, answer.seen);
    return;
  }
  const bool news = ledger.open(mismatch) == nullptr;
  auto& record = ledger.holds(mismatch, answer.seen);
  if (!news) return;
  record.finding.severity = Severity::warning;
  record.finding.details["url"] = found->url;
  record.finding.details["answers_as"] = found->name;
  if (found->server != nobody) record.finding.details["server"] = scene.fleet[found->server].display();
  prove_absence(scene, ref, remote, record.finding);
  record.finding.proof.push_back(found->proof);
}

void GatewayDetector::forget_gone(const Scene& scene, ServerRef ref, Ledger& ledger) {
  const auto& answer = *scene.views[ref].gatewayz;
  for (auto one = known_.lower_bound({ref, {}}); one != known_.end() && one->first.first == ref;) {
    auto& [link, known] = *one;
    const auto& remote = link.second;
    if (answer.body->outbound.contains(remote) || configured(scene.fleet[ref], remote)) {
      ++one;
      continue;
    }
    for (const auto kind : {Kind::gateway_down, Kind::gateway_flapping, Kind::gateway_rtt_high})
      ledger.retire(Subject::gateway_of(kind, ref, remote), answer.seen);
    if (known.configured) {  // that it left the configuration is told already
      one = known_.erase(one);
      continue;
    }
    if (known.connected) {
      auto& record =
          ledger.event(Subject::gateway_of(Kind::gateway_removed, ref, remote), known.seen, answer.seen);
      record.finding.details["implicit"] = true;
      record.finding.details["was_connected_to"] = called(scene, known.connection.remote_id);
      record.finding.proof.push_back(evidence(answer.seen, scene.fleet[ref], "/outbound_gateways"));
      record.toward = scene.fleet.by_id(known.connection.remote_id);
    }
    known.connected = false;
    ++one;
  }
}

void GatewayDetector::judge_scope(const Scene& scene, Ledger& ledger) {
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> tally;  // (cluster, remote): down, up
  for (const auto& [link, state] : states_)
    if (state == State::down) ++tally[{scene.fleet[link.first].cluster, link.second}].first;
  if (tally.empty()) return;
  for (const auto& [link, state] : states_)
    if (state == State::up || state == State::degraded)
      ++tally[{scene.fleet[link.first].cluster, link.second}].second;
  for (const auto& [link, state] : states_) {
    if (state != State::down) continue;
    const auto& [down, up] = tally[{scene.fleet[link.first].cluster, link.second}];
    if (up > 0 || down < 2) continue;
    if (auto* record = ledger.open(Subject::gateway_of(Kind::gateway_down, link.first, link.second)))
      record->finding.details["scope"] = "cluster";
  }
}

}  // namespace natsrec
