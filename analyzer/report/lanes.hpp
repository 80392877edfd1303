#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/timescale.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace natsrec {

/// Which findings belong on which lane, matched by subject. Views into the analysis.
class LaneFindings {
 public:
  explicit LaneFindings(const Analysis& analysis);
  const std::vector<const Finding*>& of(const Lane& lane) const;

 private:
  using Key = std::tuple<LaneKind, std::string, std::string>;  // kind, cluster, label
  std::map<Key, std::vector<const Finding*>> findings_;
};

/// Nothing to see: no finding, no mark, never anything but up or unknown.
bool is_quiet(const Lane& lane, const LaneFindings& findings);

/// Lanes of an incident: those of its findings, of its servers, links and gateways.
std::vector<const Lane*> lanes_of(const Incident& incident, const Analysis& analysis,
                                  const LaneFindings& findings);

/// The spans that can be told apart in a drawing of a thousand columns: a month of flapping is no more to
/// draw than a minute of it. Of states that share a column the worst is kept.
std::vector<LaneSpan> drawable(const std::vector<LaneSpan>& spans, const TimeScale& scale);
/// The same for gaps.
std::vector<Gap> drawable(const std::vector<Gap>& gaps, const TimeScale& scale);

/// All of a cluster as one lane, with the worst state of any of its lanes, and no label. Unknown is worst
/// only where nothing else is known.
Lane worst_of(const std::vector<const Lane*>& lanes);

/// "server east/a1", "route east/a1 – a2", "gateway east/a1 → west", "cluster east, the worst of all".
std::string title(const Lane& lane);
/// A state as it is said: "one-sided", "not ready".
std::string spoken(LaneState state);

}  // namespace natsrec
