#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/incident/join.hpp"
#include "analyzer/incident/model.hpp"

#include <vector>

namespace natsrec {

/// An incident's records at hand by kind, for the rules.
class Case {
 public:
  Case(const Replay& replay, const std::vector<Record>& records, const Group& group);

  std::vector<const Record*> of(Kind kind) const;      ///< above info or not, by onset
  std::vector<const Record*> graver(Kind kind) const;  ///< above info only
  bool has(Kind kind) const { return !of(kind).empty(); }
  const Replay& replay() const { return replay_; }
  const Fleet& fleet() const { return replay_.fleet(); }
  /// The outage of a whole cluster that this incident is about, if any.
  const ClusterOutage* outage() const;
  std::vector<const Record*> all() const;

 private:
  const Replay& replay_;
  std::vector<const Record*> records_;
  std::size_t above_info_ = 0;
};

/// Rules over evidence, best first (DETECTION §4). Never empty: `unknown` is an honest answer.
std::vector<Cause> causes_of(const Case& incident);

/// What the incident is called: subject first.
std::string title_of(const Case& incident, const Cause& cause);

}  // namespace natsrec
