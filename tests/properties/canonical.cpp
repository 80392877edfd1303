#include "tests/properties/canonical.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace natsrec::testing {
namespace {

std::string called(const Renaming& rename, const std::string& name) {
  return rename && !name.empty() ? rename(name) : name;
}

/// Names in details and in the order a renaming gives them: lists are sets of names.
nlohmann::json renamed(const nlohmann::ordered_json& details, const Renaming& rename) {
  if (details.is_string()) {
    const auto text = details.get<std::string>();
    return parse_time(text) ? "at some time" : called(rename, text);
  }
  if (details.is_array()) {
    std::vector<nlohmann::json> items;
    for (const auto& item : details) items.push_back(renamed(item, rename));
    std::sort(items.begin(), items.end());
    return items;
  }
  if (!details.is_object()) return details;
  nlohmann::json result = nlohmann::json::object();
  for (const auto& [key, value] : details.items()) result[key] = renamed(value, rename);
  return result;
}

std::string line(const Finding& f, const Renaming& rename) {
  std::string ends = called(rename, f.server);
  if (!f.peer.empty()) {
    const auto peer = called(rename, f.peer);
    ends = std::min(ends, peer) + "-" + std::max(ends, peer);
  }
  return fmt::format("{} {}/{} >{} account '{}' {} {} ended {} {} x{} {}", info(f.kind).name,
                     called(rename, f.cluster), ends, called(rename, f.remote_cluster), f.account,
                     name(f.severity), fmt::join(f.epochs, ".."), fmt::join(f.ended_epochs, ".."),
                     f.ended_by ? name(*f.ended_by) : "", f.count.value_or(0),
                     renamed(f.details, rename).dump());
}

}  // namespace

std::vector<std::string> findings(const Analysis& analysis, const Renaming& rename) {
  std::map<std::string, const Finding*> by_id;
  for (const auto& finding : analysis.findings) by_id[finding.id] = &finding;
  std::vector<std::string> result;
  for (const auto& finding : analysis.findings) {
    auto& text = result.emplace_back(line(finding, rename));
    if (const auto because = by_id.find(finding.consequence_of); because != by_id.end())
      text += " because of " + std::string(info(because->second->kind).name);
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> incidents(const Analysis& analysis, const Renaming& rename) {
  std::map<std::string, std::string> by_id;
  for (const auto& finding : analysis.findings) by_id[finding.id] = line(finding, rename);
  std::vector<std::string> result;
  for (const auto& incident : analysis.incidents) {
    std::multiset<std::string> parts;
    for (const auto& id : incident.findings) parts.insert(by_id.at(id));
    std::multiset<std::string> causes;
    for (const auto& cause : incident.causes) causes.insert(cause.cause + " " + cause.confidence);
    result.push_back(fmt::format("{} {} {}\n  {}", name(incident.severity),
                                 incident.open ? "open" : "resolved", fmt::join(causes, ", "),
                                 fmt::join(parts, "\n  ")));
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace natsrec::testing
