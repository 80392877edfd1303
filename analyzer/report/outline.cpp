#include "analyzer/report/outline.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace natsrec {
namespace {

using Findings = std::vector<const Finding*>;

/// Groups in the order in which their first finding comes.
std::vector<OutlineLine> roll_up(const Findings& findings) {
  std::vector<OutlineLine> lines;
  std::map<std::tuple<Kind, std::string_view, std::string_view>, std::size_t> place;
  for (const Finding* finding : findings) {
    const auto key = std::tuple<Kind, std::string_view, std::string_view>(finding->kind, finding->cluster,
                                                                          finding->remote_cluster);
    const auto [at, first] = place.try_emplace(key, lines.size());
    if (first) lines.emplace_back();
    lines[at->second].findings.push_back(finding);
  }
  return lines;
}

}  // namespace

FindingIndex::FindingIndex(const Analysis& analysis) {
  by_id_.reserve(analysis.findings.size());
  for (const Finding& finding : analysis.findings) by_id_.emplace(finding.id, &finding);
}

const Finding* FindingIndex::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const Finding& FindingIndex::root(const Finding& finding) const {
  const Finding* at = &finding;
  std::set<const Finding*> seen;
  while (seen.insert(at).second) {
    const Finding* cause = at->consequence_of.empty() ? nullptr : find(at->consequence_of);
    if (!cause) return *at;
    at = cause;
  }
  return finding;  // a circle explains nothing
}

std::vector<OutlineLine> outline(const Incident& incident, const FindingIndex& index) {
  Findings members;
  for (const std::string& id : incident.findings) {
    if (const Finding* finding = index.find(id)) members.push_back(finding);
  }
  const std::set<const Finding*> inside(members.begin(), members.end());
  Findings roots;
  std::map<const Finding*, Findings> followed;
  for (const Finding* finding : members) {
    const Finding* root = &index.root(*finding);
    if (root == finding || !inside.contains(root)) {
      roots.push_back(finding);
    } else {
      followed[root].push_back(finding);
    }
  }
  std::vector<OutlineLine> lines = roll_up(roots);
  for (OutlineLine& line : lines) {
    Findings under;
    for (const Finding* cause : line.findings) {
      if (const auto at = followed.find(cause); at != followed.end()) {
        under.insert(under.end(), at->second.begin(), at->second.end());
      }
    }
    std::stable_sort(under.begin(), under.end(), [](const Finding* a, const Finding* b) {
      return std::tie(a->began.by, a->id) < std::tie(b->began.by, b->id);
    });
    line.consequences = roll_up(under);
  }
  return lines;
}

}  // namespace natsrec
