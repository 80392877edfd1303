#include "analyzer/detect/meta.hpp"

#include "analyzer/state/meta_groups.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto time_to_find_it = 60s;
constexpr std::string_view no_contact = "JetStream has not established contact with a meta leader";

const Healthz::Error* reports_no_contact(const ServerView& view) {
  const auto* error = view.healthz ? view.healthz->body->find(HealthProblem::jetstream) : nullptr;
  return error && error->text.starts_with(no_contact) ? error : nullptr;
}

bool speaks(const Scene& scene, ServerRef ref) {
  const auto* varz = scene.views[ref].varz;
  return varz && varz->body->jetstream && varz->body->meta && !scene.is_starting(ref) &&
         varz->body->now - varz->body->start > time_to_find_it;
}

bool knows_leader(const Scene& scene, ServerRef ref) {
  return !scene.views[ref].varz->body->meta->leader.empty();
}

const Sighting& latest(const Scene& scene, const std::vector<ServerRef>& refs) {
  const auto* result = &scene.views[refs.front()].varz->seen;
  for (const auto ref : refs)
    if (result->answered < scene.views[ref].varz->seen.answered) result = &scene.views[ref].varz->seen;
  return *result;
}

void describe(const Scene& scene, const MetaGroups::Name& group, const std::vector<ServerRef>& refs,
              const Ledger& ledger, Record& record) {
  auto& finding = record.finding;
  finding.severity = Severity::critical;
  std::vector<std::string> told_by;
  int size = 0;
  for (const auto ref : refs) {
    const auto& server = scene.fleet[ref];
    told_by.push_back(server.display());
    size = std::max(size, scene.views[ref].varz->body->meta->cluster_size);
    if (!knows_leader(scene, ref))
      finding.proof.push_back(evidence(scene.views[ref].varz->seen, server, "/jetstream/meta"));
    if (const auto* error = reports_no_contact(scene.views[ref]))
      finding.proof.push_back(evidence(scene.views[ref].healthz->seen, server, error->pointer));
  }
  std::sort(told_by.begin(), told_by.end());
  if (!group.second.empty()) finding.details["domain"] = group.second;
  finding.details["clusters"] = scene.meta.clusters(group);
  finding.details["told_by"] = told_by;
  finding.details["cluster_size"] = size;
  if (!scene.meta.leader(group).empty()) finding.details["last_leader"] = scene.meta.leader(group);
  for (ServerRef ref = 0; ref < scene.fleet.size(); ++ref) {
    const auto& member = scene.fleet[ref];
    if (!member.last_varz || scene.meta.of(member) != group) continue;
    if (scene.meta.leads(member)) record.toward = ref;
    // It is about the members that are gone. Those that miss a leader may each have troubles of their own.
    for (const auto kind : {Kind::server_down, Kind::monitor_unreachable})
      if (ledger.open(Subject::server_of(kind, ref))) record.touches.push_back(ref);
  }
  record.told_by = refs;
  record.keys.insert(MetaGroups::key(group));
}

}  // namespace

void report_meta_leader(const Scene& scene, Ledger& ledger) {
  std::map<MetaGroups::Name, std::vector<ServerRef>> groups;
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref)
    if (speaks(scene, ref)) groups[scene.meta.of(scene.fleet[ref])].push_back(ref);
  for (const auto& [group, refs] : groups) {
    const bool known =
        std::any_of(refs.begin(), refs.end(), [&](auto ref) { return knows_leader(scene, ref); });
    const bool out_of_touch = std::all_of(
        refs.begin(), refs.end(), [&](auto ref) { return reports_no_contact(scene.views[ref]) != nullptr; });
    auto subject = Subject::cluster_of(Kind::meta_leader_missing, group.first);
    subject.label = group.second;
    const auto& seen = latest(scene, refs);
    if (known && !out_of_touch) {
      ledger.clears(subject, seen);
    } else {
      const bool fresh = ledger.open(subject) == nullptr;
      auto& record = ledger.holds(subject, seen);
      if (fresh) describe(scene, group, refs, ledger, record);
    }
  }
}

}  // namespace natsrec
