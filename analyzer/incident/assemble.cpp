#include "analyzer/incident/assemble.hpp"

#include "analyzer/incident/causes.hpp"
#include "analyzer/incident/consequences.hpp"
#include "analyzer/incident/impact.hpp"
#include "analyzer/incident/join.hpp"
#include "analyzer/incident/naming.hpp"
#include "analyzer/incident/select.hpp"
#include "analyzer/incident/sentences.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

bool earlier(const Moment& a, const Moment& b) { return a.best() < b.best(); }

std::string display(const Finding& finding, const std::string& name) {
  return finding.cluster.empty() ? name : finding.cluster + "/" + name;
}

Duration overlap(const std::vector<Gap>& gaps, Time from, Time to) {
  Duration total{};
  for (const auto& gap : gaps)
    total += std::max(Duration::zero(), std::min(gap.by, to) - std::max(gap.after, from));
  return total;
}

double observed_share(const std::vector<Gap>& gaps, Time from, Time to) {
  if (to <= from) return 1;
  return 1 - seconds(overlap(gaps, from, to)) / seconds(to - from);
}

/// Began, ended and how long, from the findings above info.
void set_times(Incident& incident, const std::vector<const Finding*>& grave, const std::vector<Gap>& gaps,
               Time end) {
  incident.began = grave.front()->began;
  std::optional<Moment> ended;
  for (const auto* finding : grave) {
    if (earlier(finding->began, incident.began)) incident.began = finding->began;
    incident.open |= finding->open();
    const auto& last = finding->ended ? *finding->ended : finding->began;
    if (!ended || earlier(*ended, last)) ended = last;
  }
  if (!incident.open) incident.ended = ended;
  const auto over = [](Duration duration) { return std::max(duration, Duration::zero()); };
  if (incident.ended) {
    const auto first_possible_end =
        incident.ended->exact.value_or(incident.ended->after.value_or(incident.ended->by));
    incident.duration = over(incident.ended->best() - incident.began.best());
    incident.duration_min = over(first_possible_end - incident.began.exact.value_or(incident.began.by));
    incident.duration_max =
        over(incident.ended->exact.value_or(incident.ended->by) - incident.began.earliest());
    // One event is a moment, however wide its bracket.
    if (grave.size() == 1 && grave.front()->instant())
      incident.duration = incident.duration_min = incident.duration_max = Duration::zero();
  } else {
    incident.duration = over(end - incident.began.best());
    incident.duration_min = over(end - incident.began.exact.value_or(incident.began.by));
    incident.duration_max = over(end - incident.began.earliest());
  }
  incident.observed_share =
      observed_share(gaps, incident.began.best(), incident.ended ? incident.ended->best() : end);
}

void set_subjects(Incident& incident, const std::vector<const Finding*>& all) {
  std::set<std::string> clusters, servers, checks;
  std::set<std::pair<std::string, std::string>> links;
  std::set<GatewayRef> gateways;
  for (const auto* finding : all) {
    const bool grave = finding->severity > Severity::info;
    if (!finding->cluster.empty()) clusters.insert(finding->cluster);
    if (grave && !finding->remote_cluster.empty()) clusters.insert(finding->remote_cluster);
    if (grave && !finding->server.empty()) servers.insert(display(*finding, finding->server));
    if (!finding->peer.empty()) {
      if (grave) servers.insert(display(*finding, finding->peer));
      links.insert({display(*finding, finding->server), display(*finding, finding->peer)});
    }
    if (!finding->remote_cluster.empty())
      gateways.insert({display(*finding, finding->server), finding->remote_cluster});
    if (grave && !info(finding->kind).check.empty()) checks.insert(std::string(info(finding->kind).check));
    if (grave) incident.severity = std::max(incident.severity, finding->severity);
  }
  incident.clusters.assign(clusters.begin(), clusters.end());
  incident.servers.assign(servers.begin(), servers.end());
  incident.links.assign(links.begin(), links.end());
  incident.gateways.assign(gateways.begin(), gateways.end());
  incident.checks.assign(checks.begin(), checks.end());
}

bool tells_of_change(Kind kind) {
  return kind == Kind::config_reloaded || kind == Kind::version_changed || kind == Kind::server_joined ||
         kind == Kind::server_left;
}

std::vector<std::string> context_of(const Incident& incident, const std::vector<Record>& records) {
  std::vector<std::string> context;
  for (const auto& record : records) {
    const auto& finding = record.finding;
    const bool near =
        finding.began.best() <= incident.began.by && finding.began.by + 24h >= incident.began.by;
    const bool here = std::binary_search(incident.clusters.begin(), incident.clusters.end(), finding.cluster);
    if (tells_of_change(finding.kind) && near && here) context.push_back(finding.id);
  }
  return context;
}

Incident make_incident(const Replay& replay, std::vector<Record>& records, const Group& group,
                       const std::vector<Gap>& gaps, Time end) {
  Incident incident;
  incident.id = incident_id(records[group.records.front()].finding.id);
  for (const auto index : group.absorbed) incident.merged.push_back(incident_id(records[index].finding.id));

  std::vector<const Finding*> grave, all;
  for (const auto index : group.records) grave.push_back(&records[index].finding);
  all = grave;
  for (const auto index : group.explained) all.push_back(&records[index].finding);
  set_times(incident, grave, gaps, end);
  set_subjects(incident, all);

  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) {
    return std::pair(a->began.best(), std::string_view(a->id)) <
           std::pair(b->began.best(), std::string_view(b->id));
  });
  for (const auto* finding : all) incident.findings.push_back(finding->id);
  for (const auto index : group.records) records[index].finding.incident = incident.id;
  for (const auto index : group.explained) records[index].finding.incident = incident.id;

  const Case the_case(replay, records, group);
  incident.causes = causes_of(the_case);
  incident.title = title_of(the_case, incident.causes.front());
  incident.impact = impact_of(the_case);
  incident.impact_measured =
      measure(the_case, incident.began.best(), incident.ended ? incident.ended->best() : end);
  incident.context = context_of(incident, records);
  return incident;
}

RecordingInfo describe(const Replay& replay, const RecordingFacts& facts, const std::vector<Gap>& gaps) {
  RecordingInfo info{facts.id,          facts.name, replay.first(), replay.last(), replay.epochs(),
                     replay.interval(), 1,          facts.damaged,  gaps,          {}};
  if (replay.first() && replay.last()) info.coverage = observed_share(gaps, *replay.first(), *replay.last());
  const auto& fleet = replay.fleet();
  for (ServerRef ref = 0; ref < fleet.size(); ++ref)
    if (!fleet[ref].absorbed)
      info.servers.push_back({fleet[ref].display(), fleet[ref].run.version, fleet.targets_of(ref)});
  std::sort(info.servers.begin(), info.servers.end(),
            [](const auto& a, const auto& b) { return a.server < b.server; });
  return info;
}

Analysis assemble(const Replay& replay, std::vector<Record> records, const RecordingFacts& facts,
                  const AnalysisOptions& options) {
  Analysis analysis;
  analysis.as_of = replay.last();
  const auto end = replay.last().value_or(Time{});
  const auto interval = replay.interval().value_or(Duration::zero());
  const auto gaps = replay.gaps_until(end);
  const Duration join_window = options.join.value_or(std::max<Duration>(2 * interval, 30s));
  const Duration settle = options.settle.value_or(std::max<Duration>(5min, 2 * interval));

  put_names(records, replay.fleet());
  explain(records, replay.outages(), options.detection.recovery_grace, end);
  for (auto& record : records) {
    auto& finding = record.finding;
    if (record.because) finding.consequence_of = records[*record.because].finding.id;
    if (finding.open()) finding.ended_by = EndedBy::recording_end;
    finding.text = sentence(finding);
  }

  for (const auto& group : join(records, replay.outages(), join_window, settle, end))
    analysis.incidents.push_back(make_incident(replay, records, group, gaps, end));
  for (auto& record : records) analysis.findings.push_back(std::move(record.finding));

  put_in_order(analysis);
  analysis.recording = describe(replay, facts, gaps);
  analysis.lanes = replay.lanes();
  select(analysis, options);
  return analysis;
}

}  // namespace

Analysis assemble(const Replay& replay, const RecordingFacts& facts, const AnalysisOptions& options) {
  return assemble(replay, replay.ledger().records(), facts, options);
}

Analysis assemble(Replay&& replay, const RecordingFacts& facts, const AnalysisOptions& options) {
  auto records = replay.take_records();
  return assemble(replay, std::move(records), facts, options);
}

}  // namespace natsrec
