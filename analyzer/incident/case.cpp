#include "analyzer/incident/case.hpp"

#include <algorithm>

namespace natsrec {

Case::Case(const Replay& replay, const std::vector<Record>& records, const Group& group)
    : replay_(replay), everything_(records) {
  for (const auto index : group.records) records_.push_back(&records[index]);
  first_ = records_.front()->finding.began.by;
  last_ = first_;
  for (const auto* record : records_) {
    const auto& finding = record->finding;
    first_ = std::min(first_, finding.began.by);
    last_ = std::max(last_, finding.ended ? finding.ended->by : finding.began.by);
    if (finding.open()) last_ = replay.last().value_or(last_);
  }
  for (const auto index : group.explained) records_.push_back(&records[index]);
}

Records Case::of(Kind kind) const {
  Records result;
  std::copy_if(records_.begin(), records_.end(), std::back_inserter(result),
               [kind](const auto* record) { return record->subject.kind == kind; });
  return result;
}

Records Case::graver(Kind kind) const {
  auto result = of(kind);
  std::erase_if(result, [](const auto* record) { return record->finding.severity == Severity::info; });
  return result;
}

Records Case::anywhere(Kind kind) const {
  Records result;
  for (const auto& record : everything_)
    if (record.subject.kind == kind && record.finding.began.by <= last_) result.push_back(&record);
  return result;
}

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

bool Case::seen_alive(const std::string& cluster) const {
  for (ServerRef ref = 0; ref < fleet().size(); ++ref) {
    const auto& server = fleet()[ref];
    if (server.cluster == cluster && server.last_answer && server.last_answer->answered >= first_)
      return true;
  }
  return false;
}

}  // namespace natsrec
