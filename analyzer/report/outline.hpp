#pragma once
#include "analyzer/incident/model.hpp"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace natsrec {

/// Findings of an analysis by id. Views into it: it must outlive this.
class FindingIndex {
 public:
  explicit FindingIndex(const Analysis& analysis);
  const Finding* find(std::string_view id) const;
  /// The finding that explains this one in the end: consequences of consequences count as its own.
  const Finding& root(const Finding& finding) const;

 private:
  std::unordered_map<std::string_view, const Finding*> by_id_;
};

/// Findings of one kind, cluster and remote cluster, told as one line, with what followed from them beneath.
struct OutlineLine {
  std::vector<const Finding*> findings;   ///< never empty
  std::vector<OutlineLine> consequences;  ///< these have none of their own
};

/// What happened in an incident, in order of time: each cause once, its consequences under it.
std::vector<OutlineLine> outline(const Incident& incident, const FindingIndex& index);

}  // namespace natsrec
