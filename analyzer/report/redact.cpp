#include "analyzer/report/redact.hpp"

#include <fmt/format.h>

#include <regex>
#include <set>

namespace natsrec {
namespace {

using Names = std::set<std::string>;

struct Known {
  Names clusters, servers, accounts, targets;
};

/// "east/a1": the cluster's name may hold a slash itself, so it is taken off only where it is known.
std::string without_cluster(const std::string& server, const Names& clusters) {
  for (const std::string& cluster : clusters)
    if (!cluster.empty() && server.starts_with(cluster + "/")) return server.substr(cluster.size() + 1);
  return server;
}

Known known(const Analysis& analysis) {
  Known out;
  for (const Lane& lane : analysis.lanes) {
    out.clusters.insert(lane.cluster);
    if (lane.kind == LaneKind::server) out.servers.insert(lane.label);
  }
  for (const Finding& f : analysis.findings) {
    out.clusters.insert({f.cluster, f.remote_cluster});
    out.servers.insert({f.server, f.peer});
    out.accounts.insert(f.account);
    for (const auto* list : {&f.proof, &f.contrary})
      for (const Evidence& e : *list) out.targets.insert(e.target);
  }
  for (const Incident& i : analysis.incidents) {
    out.clusters.insert(i.clusters.begin(), i.clusters.end());
    for (const GatewayRef& gateway : i.gateways) out.clusters.insert(gateway.remote_cluster);
    for (const Cause& cause : i.causes)
      for (const Evidence& e : cause.evidence) out.targets.insert(e.target);
  }
  for (const ServerInfo& server : analysis.recording.servers) {
    out.servers.insert(without_cluster(server.server, out.clusters));
    out.targets.insert(server.targets.begin(), server.targets.end());
  }
  return out;
}

}  // namespace

Redactor::Redactor(const Analysis& analysis) {
  const Known names = known(analysis);
  aliases_.add(names.clusters, "cluster");
  aliases_.add(names.servers, "server");
  aliases_.add(names.accounts, "account");
  aliases_.add(names.targets, "target");
  if (!analysis.recording.name.empty()) aliases_.add(analysis.recording.name, "recording.db");
}

const std::string& Redactor::host(const std::string& address) {
  return hosts_.try_emplace(address, fmt::format("host-{}", hosts_.size() + 1)).first->second;
}

std::string Redactor::text(std::string_view text) {
  const std::string out = aliases_.in_text(text);
  static const std::regex address(R"(\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9A-Fa-f:.%]+\]|(://)([^/:\s'"\[]+))");
  std::string result;
  auto rest = out.cbegin();
  for (std::sregex_iterator each(out.cbegin(), out.cend(), address), end; each != end; ++each) {
    result.append(rest, (*each)[0].first);
    const std::string found = each->str();
    if (found.find("://") != 0) {
      result += host(found);
    } else {
      result += "://" + (aliases_.is_alias((*each)[2].str()) ? (*each)[2].str() : host((*each)[2]));
    }
    rest = (*each)[0].second;
  }
  return result.append(rest, out.cend());
}

void Redactor::replace(std::vector<std::string>& texts) {
  for (std::string& each : texts) replace(each);
}

void Redactor::replace(std::vector<Evidence>& evidence) {
  for (Evidence& e : evidence) {
    replace(e.target);
    replace(e.server);
    replace(e.pointer);
  }
}

void Redactor::replace(nlohmann::ordered_json& json) {
  if (json.is_string()) {
    json = text(json.get_ref<const std::string&>());
  } else if (json.is_object()) {
    auto out = nlohmann::ordered_json::object();
    for (auto& [key, value] : json.items()) {
      replace(value);
      out[text(key)] = value;
    }
    json = std::move(out);
  } else if (json.is_array()) {
    for (auto& each : json) replace(each);
  }
}

void Redactor::replace(Finding& f) {
  for (std::string* each :
       {&f.id, &f.cluster, &f.server, &f.peer, &f.account, &f.remote_cluster, &f.text, &f.consequence_of})
    replace(*each);
  replace(f.details);
  replace(f.proof);
  replace(f.contrary);
}

void Redactor::replace(Incident& i) {
  replace(i.title);
  replace(i.impact);
  for (auto* list : {&i.clusters, &i.servers, &i.context, &i.findings}) replace(*list);
  for (auto& [a, b] : i.links) {
    replace(a);
    replace(b);
  }
  for (GatewayRef& gateway : i.gateways) {
    replace(gateway.server);
    replace(gateway.remote_cluster);
  }
  for (ServerImpact& impact : i.impact_measured) replace(impact.server);
  for (Cause& cause : i.causes) {
    replace(cause.why);
    replace(cause.next);
    replace(cause.evidence);
  }
}

void Redactor::replace(RecordingInfo& recording) {
  replace(recording.name);
  for (ServerInfo& server : recording.servers) {
    replace(server.server);
    replace(server.targets);
  }
}

void Redactor::analysis(Analysis& analysis) {
  replace(analysis.recording);
  for (Incident& incident : analysis.incidents) replace(incident);
  for (Finding& finding : analysis.findings) replace(finding);
  for (Lane& lane : analysis.lanes) {
    replace(lane.cluster);
    replace(lane.label);
    for (LaneMark& mark : lane.marks) replace(mark.finding);
  }
}

void Redactor::annotations(std::vector<Annotation>& annotations) {
  for (Annotation& note : annotations) {
    replace(note.text);
    note.who = note.who.empty() ? "" : "somebody";
  }
}

}  // namespace natsrec
