#pragma once
#include "analyzer/incident/model.hpp"

#include <array>
#include <cmath>
#include <string>
#include <vector>

/// A minute of two clusters of three, told the way an engine would: a process that crashed and came back, a
/// route that dropped and came back between two epochs, a whole cluster that was stopped, a gap, and a drain
/// that is still going.
namespace natsrec::fixture {

inline Time at(double s) {
  using namespace std::chrono;
  return Time{sys_days{year{2026} / 11 / 21}} + hours{5} + minutes{23} + Duration{std::llround(s * 1e6)};
}
inline Duration secs(double s) { return Duration{std::llround(s * 1e6)}; }

/// Seen by an epoch at `by`, not yet by the one two seconds earlier.
inline Moment seen(double by) { return {at(by - 2.1), at(by), std::nullopt, std::nullopt}; }
inline Moment exactly(double when, double by) { return {at(by - 2.1), at(by), at(when), 0.02}; }

inline std::int64_t epoch_at(double s) { return static_cast<std::int64_t>(s / 2) + 1; }

/// A finding with its id; the caller fills in the rest of the subject before anything refers to it.
inline Finding finding(Kind kind, Severity severity, const std::string& cluster, const std::string& server,
                       const std::string& other, const Moment& began, const std::string& text) {
  Finding f;
  f.kind = kind;
  f.severity = severity;
  f.cluster = cluster;
  f.server = server;
  const std::string_view name = info(kind).name;
  (name.starts_with("gateway") ? f.remote_cluster : f.peer) = other;
  f.began = began;
  f.text = text;
  f.id = std::string(name) + ":" + cluster + "/" + server + (other.empty() ? "" : "+" + other) + ":" +
         format_time(began.by);
  const std::int64_t epoch = epoch_at(seconds(began.by - at(0)));
  f.epochs = {epoch - 1, epoch};
  f.proof = {{epoch, server, cluster + "/" + server, Endpoint::varz, ""}};
  return f;
}
inline void end(Finding& f, const Moment& ended) {
  f.ended = ended;
  f.ended_by = EndedBy::recovered;
  const std::int64_t epoch = epoch_at(seconds(ended.by - at(0)));
  f.ended_epochs = {epoch - 1, epoch};
}

struct Until {
  double s;
  LaneState state;
};
inline Lane lane(LaneKind kind, const std::string& cluster, const std::string& label,
                 const std::vector<Until>& spans = {
                     {52.3, LaneState::up}, {58.1, LaneState::unknown}, {72, LaneState::up}}) {
  Lane out{kind, cluster, label, {}, {}};
  Time from = at(0);
  for (const Until& span : spans) {
    out.spans.push_back({from, at(span.s), span.state});
    from = at(span.s);
  }
  return out;
}

/// Adds the finding to the analysis and to an incident.
inline std::string add(Analysis& analysis, Incident* incident, Finding f,
                       const std::string& consequence_of = {}) {
  f.consequence_of = consequence_of;
  if (incident) {
    f.incident = incident->id;
    incident->findings.push_back(f.id);
  }
  analysis.findings.push_back(std::move(f));
  return analysis.findings.back().id;
}

inline Incident crash(Analysis& analysis) {
  Incident i;
  i.id = "k3v9qm2a";
  i.severity = Severity::critical;
  i.title = "Server east/a2 died and was restarted";
  i.began = seen(10.3);
  i.ended = exactly(18.412, 20.1);
  i.duration = secs(8.112);
  i.duration_min = secs(8.112);
  i.duration_max = secs(10.212);
  i.clusters = {"east"};
  i.servers = {"east/a2"};
  i.links = {{"east/a1", "east/a2"}, {"east/a2", "east/a3"}};
  i.checks = {"CLUSTER_005", "SERVER_008"};
  i.impact =
      "41 client connections to east/a2 were cut. Its clients could connect to east/a1 and east/a3 "
      "meanwhile.";
  i.impact_measured = {{"east/a1", {20, 61, 58}, {180, 402, 395}, {1200, 2890.5, 2410}},
                       {"east/a2", {41, std::nullopt, 3}, {215, std::nullopt, 12}, {1650, 0, 40}}};
  i.causes = {{"process_down",
               "certain",
               "The host of east/a2 refused connections while both peers no longer listed it; it came back "
               "with a new "
               "server id and a later start.",
               {{6, "a2", "east/a2", Endpoint::varz, ""},
                {6, "a1", "east/a1", Endpoint::routez, "/routes"},
                {11, "a2", "east/a2", Endpoint::varz, "/start"}},
               {"journalctl -u nats-server --since '2026-11-21 05:22:58' --until '2026-11-21 05:23:20'",
                "nats server request variables --name a2"}}};
  Finding down = finding(Kind::server_down, Severity::critical, "east", "a2", "", i.began,
                         "Server east/a2 was down: its port refused and both peers lost it.");
  end(down, *i.ended);
  const std::string root = add(analysis, &i, down);
  for (const auto& [a, b] : {std::pair{"a1", "a2"}, std::pair{"a2", "a3"}}) {
    Finding route = finding(Kind::route_down, Severity::info, "east", a, b, i.began,
                            std::string("Route east/") + a + " – east/" + b + " was down.");
    end(route, seen(20.2));
    add(analysis, &i, route, root);
  }
  Finding restart =
      finding(Kind::server_restarted, Severity::critical, "east", "a2", "", *i.ended,
              "Server east/a2 was started, unplanned: same version 2.9.10, no lame duck before.");
  add(analysis, &i, restart, root);
  i.context = {analysis.findings.front().id};
  return i;
}

inline Incident cut_route(Analysis& analysis) {
  Incident i;
  i.id = "7hq2xw5d";
  i.title = "Route east/a1 – east/a3 dropped and came back";
  i.began = exactly(26.4, 28.1);
  i.ended = i.began;
  i.clusters = {"east"};
  i.servers = {"east/a1", "east/a3"};
  i.links = {{"east/a1", "east/a3"}};
  i.impact = "Messages between clients of east/a1 and east/a3 could not pass for under 2 s.";
  i.causes = {{"network_cut",
               "possible",
               "Both servers were live and ready; nothing in the bodies explains it.",
               {},
               {}},
              {"unknown", "possible", "No restart, reload or slow consumer is near it.", {}, {}}};
  Finding f =
      finding(Kind::route_reconnected, Severity::warning, "east", "a1", "a3", i.began,
              "Route east/a1 – east/a3 was re-established: another rid, started after the previous epoch.");
  f.count = 1;
  f.details = {{"rid", {11, 27}}};
  add(analysis, &i, f);
  return i;
}

inline Incident cluster_lost(Analysis& analysis) {
  Incident i;
  i.id = "m4tz0c8p";
  i.severity = Severity::critical;
  i.title = "Cluster west was lost: all of its 3 servers down";
  i.began = seen(34.2);
  i.ended = seen(48.3);
  i.duration = secs(14.1);
  i.duration_min = secs(12.0);
  i.duration_max = secs(16.2);
  i.clusters = {"east", "west"};
  i.servers = {"east/a1", "east/a2", "east/a3", "west/b1", "west/b2", "west/b3"};
  i.gateways = {{"east/a1", "west"}, {"east/a2", "west"}, {"east/a3", "west"}};
  i.checks = {"CLUSTER_007", "SERVER_008"};
  i.impact = "Clients of east could not reach subscribers of west. Traffic inside east went on.";
  i.impact_measured = {{"west/b1", {33, std::nullopt, 31}, {90, std::nullopt, 88}, {700, 0, 640}}};
  i.causes = {
      {"remote_cluster_down",
       "certain",
       "All three targets of west refused connections, and every server of east lost its gateway to west.",
       {{18, "b1", "west/b1", Endpoint::varz, ""},
        {18, "a1", "east/a1", Endpoint::gatewayz, "/outbound_gateways"}},
       {"nats server list --context east", "systemctl status nats-server   # on b1, b2, b3"}}};
  std::string root;
  for (const char* server : {"b1", "b2", "b3"}) {
    Finding f = finding(Kind::server_down, Severity::critical, "west", server, "", seen(34.2),
                        std::string("Server west/") + server + " was down: its port refused.");
    end(f, seen(48.3));
    root = add(analysis, &i, f);
  }
  for (const char* server : {"a1", "a2", "a3"}) {
    Finding f = finding(Kind::gateway_down, Severity::critical, "east", server, "west", seen(34.3),
                        std::string("Server east/") + server + " lost its gateway to west.");
    f.details = {{"scope", "cluster"}, {"inbound", 0}};
    end(f, seen(48.4));
    add(analysis, &i, f, root);
  }
  return i;
}

inline Incident drain(Analysis& analysis) {
  Incident i;
  i.id = "w2d6rj3s";
  i.title = "Server west/b3 was drained and is down";
  i.open = true;
  i.began = seen(68.2);
  i.duration = secs(3.8);
  i.duration_min = secs(3.8);
  i.duration_max = secs(5.9);
  i.observed_share = 0.8;
  i.clusters = {"west"};
  i.servers = {"west/b3"};
  i.impact = "1 client connection was asked to leave west/b3.";
  i.causes = {{"lame_duck",
               "certain",
               "It was ready, then only its own listener was not, with routes whole; then it exited.",
               {{32, "b3", "west/b3", Endpoint::healthz, "/errors/0"}},
               {}}};
  Finding ready = finding(Kind::server_not_ready, Severity::info, "west", "b3", "", seen(62.2),
                          "Server west/b3 was not ready (lame duck): “failed to be ready for connections”.");
  ready.details = {{"lame_duck", true}};
  end(ready, seen(68.2));
  add(analysis, &i, ready);
  add(analysis, &i,
      finding(Kind::server_down, Severity::warning, "west", "b3", "", i.began,
              "Server west/b3 is down after a drain."));
  return i;
}

inline std::vector<Lane> lanes(const Analysis& analysis) {
  using enum LaneState;
  std::vector<Lane> out;
  const std::vector<Until> a2{{10.3, up}, {18.4, down},    {20.1, not_ready},
                              {52.3, up}, {58.1, unknown}, {72, up}};
  const std::vector<Until> west{{34.2, up}, {48.3, down}, {52.3, up}, {58.1, unknown}, {72, up}};
  out.push_back(lane(LaneKind::server, "east", "a1"));
  out.push_back(lane(LaneKind::server, "east", "a2", a2));
  out.push_back(lane(LaneKind::server, "east", "a3"));
  out.push_back(lane(LaneKind::route, "east", "a1 – a2",
                     {{10.3, up}, {20.2, down}, {22, one_sided}, {52.3, up}, {58.1, unknown}, {72, up}}));
  out.push_back(lane(LaneKind::route, "east", "a1 – a3"));
  out.push_back(lane(LaneKind::route, "east", "a2 – a3",
                     {{10.3, up}, {20.2, down}, {24, degraded}, {52.3, up}, {58.1, unknown}, {72, up}}));
  for (const char* label : {"a1 → west", "a2 → west", "a3 → west"}) {
    out.push_back(lane(LaneKind::gateway, "east", label,
                       {{34.3, up}, {48.4, down}, {52.3, up}, {58.1, unknown}, {72, up}}));
  }
  for (const char* label : {"b1", "b2"}) out.push_back(lane(LaneKind::server, "west", label, west));
  std::vector<Until> b3 = west;
  b3.back() = {62.2, up};
  b3.insert(b3.end(), {{68.2, not_ready}, {72, down}});
  out.push_back(lane(LaneKind::server, "west", "b3", b3));
  for (const char* label : {"b1 – b2", "b1 – b3", "b2 – b3"}) {
    out.push_back(lane(LaneKind::route, "west", label,
                       {{34.2, up}, {48.3, unknown}, {52.3, up}, {58.1, unknown}, {72, up}}));
  }
  out.push_back(lane(LaneKind::gateway, "west", "b1 → east"));
  for (Lane& l : out) {
    for (const Finding& f : analysis.findings) {
      const std::string label = f.peer.empty() ? f.server : f.server + " – " + f.peer;
      if (f.instant() && f.cluster == l.cluster && label == l.label) l.marks.push_back({f.began, f.id});
    }
  }
  return out;
}

inline Analysis rich() {
  Analysis analysis;
  analysis.as_of = at(72);
  RecordingInfo& recording = analysis.recording;
  recording.id = "b7e0c1de-0000-4000-8000-5a1f6f2d9c11";
  recording.name = "history.db";
  recording.first_epoch = at(0);
  recording.last_epoch = at(72);
  recording.epochs = 34;
  recording.interval = secs(2);
  recording.coverage = 0.919;
  recording.gaps = {{at(52.3), at(58.1), "not_collected"}};
  for (const char* name : {"a1", "a2", "a3"}) {
    recording.servers.push_back({std::string("east/") + name, "2.9.10", {name}});
  }
  for (const char* name : {"b1", "b2", "b3"}) {
    recording.servers.push_back({std::string("west/") + name, "2.9.10", {name}});
  }
  add(analysis, nullptr,
      finding(Kind::config_reloaded, Severity::info, "east", "a1", "", exactly(5.25, 6.1),
              "Server east/a1 reloaded its configuration."));
  analysis.incidents = {crash(analysis), cut_route(analysis), cluster_lost(analysis)};
  Finding gap = finding(Kind::collection_gap, Severity::info, "", "", "", {at(52.3), at(58.1), {}, {}},
                        "Nothing was recorded for 5.8s: the recorder did not run.");
  gap.proof.clear();
  end(gap, {at(52.3), at(58.1), {}, {}});
  add(analysis, nullptr, gap);
  analysis.incidents.push_back(drain(analysis));
  analysis.lanes = lanes(analysis);
  return analysis;
}

/// A recording in which nothing happened.
inline Analysis quiet() {
  Analysis analysis = rich();
  analysis.incidents.clear();
  analysis.findings.clear();
  analysis.recording.gaps.clear();
  analysis.recording.coverage = 1;
  for (Lane& l : analysis.lanes) l = lane(l.kind, l.cluster, l.label, {{72, LaneState::up}});
  return analysis;
}

inline std::vector<Annotation> notes() {
  return {{at(31), "deploy orders-service 4.2", "ana"}, {at(40.5), "page acknowledged", ""}};
}

/// Names a stranger could have chosen.
inline const std::array<std::string, 6>& hostile_names() {
  static const std::array<std::string, 6> names{
      "<script>alert(1)</script>",     "\"><img src=x onerror=alert(1)>",
      "\u202egnp.exe\u202c שלום",      "a\x1b[31mred\x07\n\rb",
      "=HYPERLINK(\"http://x\")|`id`", std::string(10000, 'x') + "\xff\xfe 🦊"};
  return names;
}

/// The rich one with every name and text replaced by a hostile one.
inline Analysis hostile() {
  Analysis analysis = rich();
  std::size_t n = 0;
  const auto next = [&n]() -> const std::string& { return hostile_names().at(n++ % hostile_names().size()); };
  analysis.recording.name = next();
  for (ServerInfo& server : analysis.recording.servers) server = {next(), next(), {next(), next()}};
  for (Gap& gap : analysis.recording.gaps) gap.reason = next();
  for (Finding& f : analysis.findings) {
    f.text = next();
    f.cluster = next();
    f.server = next();
    if (!f.peer.empty()) f.peer = next();
    if (!f.remote_cluster.empty()) f.remote_cluster = next();
    for (Evidence& e : f.proof) e.server = e.target = e.pointer = next();
    f.details[next()] = next();
  }
  for (Incident& i : analysis.incidents) {
    i.title = next();
    i.impact = next();
    i.clusters = {next(), next()};
    i.servers = {next(), next(), next(), next(), next(), next()};
    i.links = {{next(), next()}};
    i.gateways = {{next(), next()}};
    i.checks = {next()};
    for (ServerImpact& impact : i.impact_measured) impact.server = next();
    for (Cause& cause : i.causes) {
      cause.cause = next();
      cause.why = next();
      cause.next = {next(), next()};
      for (Evidence& e : cause.evidence) e.server = e.target = e.pointer = next();
    }
  }
  for (Lane& l : analysis.lanes) {
    l.cluster = next();
    l.label = next();
  }
  return analysis;
}

}  // namespace natsrec::fixture
