#include "analyzer/report/redact.hpp"

#include <fmt/format.h>

#include <algorithm>
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

/// Part of a name or word: what stands beside a name of ours must be no such thing.
bool in_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Redactor::Redactor(const Analysis& analysis) {
  const Known names = known(analysis);
  const auto add = [&](const Names& list, std::string_view alias) {
    std::size_t n = 0;
    for (const std::string& name : list)
      if (!name.empty() && aliases_.try_emplace(name, fmt::format("{}-{}", alias, n + 1)).second) ++n;
  };
  add(names.clusters, "cluster");
  add(names.servers, "server");
  add(names.accounts, "account");
  add(names.targets, "target");
  if (!analysis.recording.name.empty()) aliases_.try_emplace(analysis.recording.name, "recording.db");
  for (const auto& [name, alias] : aliases_) longest_ = std::max(longest_, name.size());
}

const std::string& Redactor::host(const std::string& address) {
  return hosts_.try_emplace(address, fmt::format("host-{}", hosts_.size() + 1)).first->second;
}

std::string Redactor::text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool starts = at == 0 || !in_word(text[at - 1]) || !in_word(text[at]);
    std::size_t taken = 0;
    // The longest name that stands here as a word of its own.
    for (std::size_t n = starts ? std::min(longest_, text.size() - at) : 0; n > 0 && taken == 0; --n) {
      const bool ends = at + n == text.size() || !in_word(text[at + n]) || !in_word(text[at + n - 1]);
      const auto found = ends ? aliases_.find(text.substr(at, n)) : aliases_.end();
      if (found == aliases_.end()) continue;
      out += found->second;
      taken = n;
    }
    if (taken == 0) out += text[at];
    at += std::max<std::size_t>(taken, 1);
  }
  static const std::regex address(R"(\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9A-Fa-f:.%]+\]|(://)([^/:\s'"\[]+))");
  std::string result;
  auto rest = out.cbegin();
  for (std::sregex_iterator each(out.cbegin(), out.cend(), address), end; each != end; ++each) {
    result.append(rest, (*each)[0].first);
    const std::string found = each->str();
    if (found.find("://") != 0) {
      result += host(found);
    } else {
      const bool alias = std::any_of(aliases_.begin(), aliases_.end(),
                                     [&](const auto& a) { return a.second == (*each)[2]; });
      result += "://" + (alias ? (*each)[2].str() : host((*each)[2]));
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
