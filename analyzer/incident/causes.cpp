#include "analyzer/incident/causes.hpp"

#include "analyzer/incident/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {

Case::Case(const Replay& replay, const std::vector<Record>& records, const Group& group)
    : replay_(replay), above_info_(group.records.size()) {
  for (const auto index : group.records) records_.push_back(&records[index]);
  for (const auto index : group.explained) records_.push_back(&records[index]);
}

std::vector<const Record*> Case::of(Kind kind) const {
  std::vector<const Record*> result;
  std::copy_if(records_.begin(), records_.end(), std::back_inserter(result),
               [kind](const auto* record) { return record->subject.kind == kind; });
  return result;
}

std::vector<const Record*> Case::graver(Kind kind) const {
  auto result = of(kind);
  std::erase_if(result, [](const auto* record) { return record->finding.severity == Severity::info; });
  return result;
}

std::vector<const Record*> Case::all() const { return records_; }

const ClusterOutage* Case::outage() const {
  const auto downs = of(Kind::server_down);
  for (const auto& outage : replay_.outages())
    for (const auto* down : downs) {
      const auto& finding = down->finding;
      const bool overlaps = finding.began.earliest() <= outage.to.value_or(Time::max()) &&
                            (!finding.ended || finding.ended->by >= outage.from);
      if (finding.cluster == outage.cluster && overlaps) return &outage;
    }
  return nullptr;
}

namespace {

using Causes = std::vector<Cause>;
using Records = std::vector<const Record*>;

std::string display(const Record& record) {
  return record.finding.cluster.empty() ? record.finding.server
                                        : record.finding.cluster + "/" + record.finding.server;
}

/// "east/a1", "east/a1 and east/a2", "east/a1, east/a2 and 7 more"
std::string subjects(const Records& records) {
  std::set<std::string> names;
  for (const auto* record : records) names.insert(display(*record));
  std::string result;
  std::size_t told = 0;
  for (const auto& name : names) {
    if (told == 3 && names.size() > 4) return fmt::format("{} and {} more", result, names.size() - told);
    if (told > 0) result += told + 1 == names.size() ? " and " : ", ";
    result += name;
    ++told;
  }
  return result;
}

void prove(Cause& cause, const Records& records) {
  for (const auto* record : records)
    for (const auto& one : record->finding.proof)
      if (cause.evidence.size() < 12 &&
          std::find(cause.evidence.begin(), cause.evidence.end(), one) == cause.evidence.end())
        cause.evidence.push_back(one);
}

void advise(Cause& cause, std::vector<std::string> commands) {
  for (auto& command : commands)
    if (cause.next.size() < 6 && std::find(cause.next.begin(), cause.next.end(), command) == cause.next.end())
      cause.next.push_back(std::move(command));
}

Cause make(std::string name, std::string confidence, std::string why, const Records& records) {
  Cause cause{std::move(name), std::move(confidence), std::move(why), {}, {}};
  prove(cause, records);
  return cause;
}

std::string answer_of(const Record& record) { return record.finding.details.value("answer", std::string()); }

void cluster_dead(const Case& c, Causes& causes) {
  const auto* outage = c.outage();
  const auto lost = c.of(Kind::gateway_down);
  Records downs = c.of(Kind::server_down);
  if (!outage) return;
  std::erase_if(downs, [&](const auto* record) { return record->finding.cluster != outage->cluster; });
  if (downs.size() < 2 && lost.empty()) return;
  auto cause =
      make("remote_cluster_down", "certain",
           fmt::format("Every member of cluster {} was down at once ({}), so nothing was left to connect to.",
                       outage->cluster, subjects(downs)),
           downs);
  prove(cause, lost);
  for (const auto* down : downs) advise(cause, look_at_server(c.fleet(), down->subject.server));
  causes.push_back(std::move(cause));
}

void split(const Case& c, Causes& causes) {
  for (const auto* record : c.graver(Kind::cluster_partitioned)) {
    const auto& islands = record->finding.details["islands"];
    std::string alone;
    bool one_alone = false;
    for (const auto& island : islands)
      if (island.size() == 1) {
        one_alone = !one_alone && alone.empty();
        alone = island[0].get<std::string>();
      }
    const bool isolated = one_alone && record->touches.size() > 2;
    auto cause =
        isolated
            ? make("server_isolated", "certain",
                   fmt::format("{}/{} is alive and lists none of its peers, and none of them lists it; the "
                               "others still see each other.",
                               record->finding.cluster, alone),
                   {record})
            : make("cluster_split", "certain",
                   fmt::format("The servers of cluster {} form groups that see each other, and every pair "
                               "across them has lost its route while both ends live.",
                               record->finding.cluster),
                   {record});
    for (const auto* down : c.graver(Kind::route_down))
      advise(cause, look_at_route(c.fleet(), down->subject.server, down->subject.peer));
    causes.push_back(std::move(cause));
  }
}

void deaths(const Case& c, Causes& causes) {
  const auto restarts = c.of(Kind::server_restarted);
  for (const auto* down : c.graver(Kind::server_down)) {
    const auto ref = down->subject.server;
    const auto& details = down->finding.details;
    const auto came_back = std::find_if(restarts.begin(), restarts.end(), [&](const auto* restart) {
      return restart->subject.server == ref && restart->finding.began.by >= down->finding.began.by;
    });
    const bool back = came_back != restarts.end();
    const bool witnessed = !details["lost_by"].empty();
    Records proof{down};
    if (back) proof.push_back(*came_back);
    Cause cause;
    if (details.value("lame_duck", false)) {
      for (const auto* unready : c.of(Kind::server_not_ready))
        if (unready->subject.server == ref) proof.insert(proof.begin(), unready);
      cause = make("lame_duck", "certain",
                   display(*down) +
                       " closed its client listener while its routes were whole, and then exited: it was "
                       "told to drain.",
                   proof);
    } else if (back && (*came_back)->finding.details.value("version_changed", false)) {
      cause = make("upgrade", "certain", display(*down) + " came back with another version.", proof);
    } else if (answer_of(*down) == "refused") {
      cause = make("process_down", back && witnessed ? "certain" : "likely",
                   display(*down) + "'s host refused the connection: the host lived and nobody listened" +
                       (witnessed ? "; its peers lost it at the same time" : "") +
                       (back ? "; it came back as a new process." : "."),
                   proof);
    } else {
      cause = make("frozen_or_host_down", "likely",
                   display(*down) +
                       " did not answer in time, and its peers lost it: the process is frozen, or its host "
                       "or the way to it is gone.",
                   proof);
    }
    advise(cause, look_at_server(c.fleet(), ref));
    causes.push_back(std::move(cause));
  }
}

void restarts(const Case& c, Causes& causes) {
  for (const auto* restart : c.graver(Kind::server_restarted)) {
    const auto downs = c.of(Kind::server_down);
    if (std::any_of(downs.begin(), downs.end(),
                    [&](const auto* d) { return d->subject.server == restart->subject.server; }))
      continue;
    auto cause = make("restart", "certain",
                      display(*restart) + " is a new process: its id and start changed between two epochs.",
                      {restart});
    advise(cause, look_at_server(c.fleet(), restart->subject.server));
    causes.push_back(std::move(cause));
  }
}

void silences(const Case& c, Causes& causes) {
  for (const auto* unseen : c.graver(Kind::monitor_unreachable)) {
    const auto answer = answer_of(*unseen);
    const bool listed = !unseen->finding.details["still_listed_by"].empty();
    const auto who = display(*unseen);
    Cause cause;
    if (answer == "dns") {
      cause = make("dns_failure", "possible",
                   "The collector could not resolve the name of " + who + "'s host.", {unseen});
    } else if (answer == "tls") {
      cause = make("tls_failure", "possible", "The collector got no TLS session with " + who + ".", {unseen});
    } else if (answer == "refused") {
      cause = make("monitor_blocked", "likely",
                   "Peers still hold routes to " + who + " while its monitoring port refuses connections.",
                   {unseen});
    } else {
      // A frozen process takes others with it: who leaned on it lost a gateway, or the meta leader.
      const bool felt =
          c.has(Kind::gateway_down) || c.has(Kind::jetstream_unhealthy) || c.has(Kind::gateway_failover);
      cause = make(
          "frozen_or_host_down", felt ? "likely" : "possible",
          who + " accepts nothing and answers nothing on its monitoring port" +
              (felt ? ", and what depended on it broke at the same time" : "") +
              (listed ? "; its peers still list it, which proves little, since an idle route to a frozen "
                        "process stays listed."
                      : "."),
          {unseen});
      if (felt) prove(cause, c.of(Kind::gateway_down));
    }
    advise(cause, look_at_server(c.fleet(), unseen->subject.server));
    causes.push_back(std::move(cause));
  }
}

void meta_group(const Case& c, Causes& causes) {
  const auto unhealthy = c.graver(Kind::jetstream_unhealthy);
  if (unhealthy.empty()) return;
  for (const auto kind : {Kind::server_down, Kind::monitor_unreachable})
    for (const auto* gone : c.of(kind))
      if (gone->finding.details.value("was_meta_leader", false)) {
        Records proof{gone};
        proof.insert(proof.end(), unhealthy.begin(), unhealthy.end());
        causes.push_back(
            make("meta_leader_lost", "likely",
                 fmt::format("{} led JetStream's meta group and stopped answering; {} then reported "
                             "JetStream unhealthy until a new leader was there.",
                             display(*gone), subjects(unhealthy)),
                 proof));
        return;
      }
}

void cut_links(const Case& c, Causes& causes) {
  auto cuts = c.graver(Kind::route_down);
  const auto one_sided = c.graver(Kind::route_one_sided);
  cuts.insert(cuts.end(), one_sided.begin(), one_sided.end());
  if (cuts.empty() || c.has(Kind::cluster_partitioned)) return;
  const bool both = std::all_of(cuts.begin(), cuts.end(), [](const auto* cut) {
    return cut->subject.kind == Kind::route_down && cut->finding.details["seen_from"].size() == 2;
  });
  auto cause = make(
      "network_cut", both ? "likely" : "possible",
      fmt::format("{} while the servers at both ends live and are ready: {}.",
                  cuts.size() == 1 ? "A route is missing" : fmt::format("{} routes are missing", cuts.size()),
                  both ? "both ends lack it" : "one end lacks it"),
      cuts);
  for (const auto* cut : cuts)
    advise(cause, look_at_route(c.fleet(), cut->subject.server, cut->subject.peer));
  causes.push_back(std::move(cause));
}

void cut_gateways(const Case& c, Causes& causes) {
  auto lost = c.graver(Kind::gateway_down);
  if (lost.empty() || c.outage()) return;
  const bool scope_is_cluster = std::all_of(lost.begin(), lost.end(), [](const auto* record) {
    return record->finding.details.value("scope", std::string()) == "cluster";
  });
  std::set<std::string> remotes;
  for (const auto* record : lost) remotes.insert(record->subject.remote);
  auto cause = make("gateway_network_cut", scope_is_cluster ? "likely" : "possible",
                    fmt::format("{} lost cluster {} while servers there are alive.", subjects(lost),
                                fmt::join(remotes, ", ")),
                    lost);
  for (const auto* record : lost)
    advise(cause, look_at_gateway(c.fleet(), record->subject.server, record->subject.remote));
  causes.push_back(std::move(cause));
}

void blip(const Case& c, Causes& causes) {
  const auto renewed = c.graver(Kind::route_reconnected);
  if (renewed.size() < 3) return;
  causes.push_back(
      make("common_cause_blip", "likely",
           fmt::format("{} routes were renewed in one instant while every server lived on.", renewed.size()),
           renewed));
}

void recovering(const Case& c, Causes& causes) {
  for (const auto* unhealthy : c.of(Kind::jetstream_unhealthy))
    if (unhealthy->because && unhealthy->finding.severity == Severity::info) {
      causes.push_back(make("jetstream_recovering", "likely",
                            display(*unhealthy) + " was catching up after its restart.", {unhealthy}));
      return;
    }
}

void nothing_explains(const Case& c, Causes& causes) {
  std::string why = "Nothing in the recording proves a cause.";
  const auto renewed = c.graver(Kind::route_reconnected);
  if (!renewed.empty())
    why = fmt::format(
        "Both servers lived on and neither was reloaded: the connection was lost and made again between two "
        "epochs, and the bodies do not tell why.");
  auto cause = make("unknown", "possible", why, c.all());
  for (const auto* record : renewed)
    advise(cause, look_at_route(c.fleet(), record->subject.server, record->subject.peer));
  for (const auto* record : c.all())
    if (record->subject.server != nobody && record->subject.peer == nobody)
      advise(cause, look_at_server(c.fleet(), record->subject.server));
  causes.push_back(std::move(cause));
}

int rank(const std::string& confidence) {
  return confidence == "certain" ? 0 : confidence == "likely" ? 1 : 2;
}

/// Whether a cause is about how the incident began, or about what came on top of it later.
bool about_the_beginning(const Case& c, const Cause& cause) {
  const auto all = c.all();
  const auto first = std::min_element(all.begin(), all.end(), [](const auto* a, const auto* b) {
    return a->finding.epochs.back() < b->finding.epochs.back();
  });
  const auto begun = (*first)->finding.epochs.back() + 1;  // one end may have been asked just before
  return std::any_of(cause.evidence.begin(), cause.evidence.end(),
                     [&](const auto& evidence) { return evidence.epoch <= begun; });
}

}  // namespace

Causes causes_of(const Case& incident) {
  // In order of reach: what explains a whole cluster comes before what explains one server.
  Causes causes;
  cluster_dead(incident, causes);
  split(incident, causes);
  if (causes.empty()) deaths(incident, causes);
  restarts(incident, causes);
  silences(incident, causes);
  meta_group(incident, causes);
  cut_links(incident, causes);
  if (!incident.has(Kind::monitor_unreachable)) cut_gateways(incident, causes);
  blip(incident, causes);
  if (causes.empty()) recovering(incident, causes);
  if (causes.empty()) nothing_explains(incident, causes);
  const auto order = [&](const Cause& cause) {
    return std::pair(!about_the_beginning(incident, cause), rank(cause.confidence));
  };
  std::stable_sort(causes.begin(), causes.end(),
                   [&](const Cause& a, const Cause& b) { return order(a) < order(b); });
  return causes;
}

}  // namespace natsrec
