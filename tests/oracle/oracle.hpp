#pragma once
#include "analyzer/incident/model.hpp"
#include "tests/oracle/history.hpp"

#include <vector>

namespace natsrec::oracle {

/// A finding as far as oracle and analyzer must agree: rounds count from 1; 0 is no round (never seen
/// otherwise; not ended). Servers count from 0; a finding about the cluster has none.
struct Verdict {
  Kind kind = Kind::route_down;
  int server = -1, peer = -1;
  int after = 0, by = 0;
  int ended_after = 0, ended_by = 0;
  int count = 0;
  auto operator<=>(const Verdict&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's mistake
};

/// What DETECTION 1.2, 1.4, 1.13, 1.14 and 2 make of a history, worked out the plain way: every question is
/// asked of the whole history. In order.
std::vector<Verdict> expected(const History& history);

}  // namespace natsrec::oracle
