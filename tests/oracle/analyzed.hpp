#pragma once
#include "analyzer/detect/replay.hpp"
#include "tests/oracle/oracle.hpp"

#include <string>
#include <vector>

namespace natsrec::oracle {

/// The analyzer on a history: takes its rounds one by one, and tells what it found so far in the oracle's
/// words. Can be copied, so that histories with a common beginning share the work for it.
class Analyzed {
 public:
  explicit Analyzed(const History& history);
  void step(const Round& round);
  std::vector<Verdict> verdicts() const;
  /// What is wrong with a finding in itself: moments that are no moments of answers, epochs that contradict
  /// the bracket. Empty: nothing.
  std::string flaws() const;

 private:
  struct Bracket {
    int after = 0, by = 0;
  };
  Bracket rounds(const Moment& moment) const;
  int round_of(Time time) const;

  int servers_;
  bool only_routes_;
  std::array<bool, most_servers> told_{};
  std::vector<Time> started_;
  Replay replay_;
};

}  // namespace natsrec::oracle
