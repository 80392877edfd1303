#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/incident/join.hpp"
#include "analyzer/incident/model.hpp"

#include <string>
#include <vector>

namespace natsrec {

using Records = std::vector<const Record*>;

/// An incident's records at hand by kind, for the rules that tell its cause, its title and its impact.
class Case {
 public:
  Case(const Replay& replay, const std::vector<Record>& records, const Group& group);

  Records of(Kind kind) const;      ///< above info or not, by onset
  Records graver(Kind kind) const;  ///< above info only
  bool has(Kind kind) const { return !of(kind).empty(); }
  const Records& all() const { return records_; }
  /// Of the whole recording, up to when this incident was over: what explains it may lie outside it.
  Records anywhere(Kind kind) const;
  const Replay& replay() const { return replay_; }
  const Fleet& fleet() const { return replay_.fleet(); }
  /// The outage of a whole cluster that this incident is about, if any.
  const ClusterOutage* outage() const;
  /// Whether any server of the cluster gave an answer since the incident began.
  bool seen_alive(const std::string& cluster) const;
  Time first() const { return first_; }  ///< the earliest onset above info
  Time last() const { return last_; }    ///< the last end, or the end of the recording

 private:
  const Replay& replay_;
  const std::vector<Record>& everything_;
  Records records_;
  Time first_, last_;
};

}  // namespace natsrec
