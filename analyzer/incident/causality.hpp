#pragma once
#include "analyzer/detect/ledger.hpp"

#include <initializer_list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace natsrec {

/// Which records can have brought about which others, by what they are about and when they were.
class Causality {
 public:
  Causality(std::vector<Record>& records, Time end_of_recording);

  /// Calls `f` with every record of a kind that nothing explains yet.
  template <class F>
  void each(Kind kind, F f) {
    for (const auto index : of(kind))
      if (!records_[index].because) f(records_[index]);
  }

  const Record& at(std::size_t index) const { return records_[index]; }
  std::size_t size() const { return records_.size(); }
  /// Indices of the records of a kind, in the order they were found.
  const std::vector<std::size_t>& of(Kind kind) const;
  /// Indices of those about a server (the first one, of a pair).
  const std::vector<std::size_t>& of(Kind kind, ServerRef server) const;
  /// Indices of those about the same pair or the same gateway as `record`.
  std::vector<std::size_t> of_same_link(Kind kind, const Record& record) const;

  /// When it was over; the end of the recording if it is not.
  Time end_of(const Finding& finding) const;
  /// How long it lasted for sure.
  Duration proven(const Finding& finding) const;
  /// The effect can have begun while the cause was at work, or up to `tail` later.
  bool follows(const Finding& effect, const Finding& cause, Duration tail) const;
  /// The first record of a kind about a server that `effect` can be due to.
  std::optional<std::size_t> find(const Record& effect, Kind kind, ServerRef server, Duration tail) const;
  /// Of two causes the one that was there first; which end of a link comes first is a matter of names.
  std::optional<std::size_t> earlier(std::optional<std::size_t> a, std::optional<std::size_t> b) const;
  /// The earliest record of these kinds that fits.
  template <class F>
  std::optional<std::size_t> earliest(std::initializer_list<Kind> kinds, F fits) const {
    std::optional<std::size_t> result;
    for (const auto kind : kinds)
      for (const auto index : of(kind))
        if (fits(records_[index])) result = earlier(result, index);
    return result;
  }
  /// What is behind a cause that is itself explained.
  std::size_t first_cause(std::size_t cause) const;

  /// Makes it a consequence; false if there is no cause.
  bool because_of(Record& effect, const std::optional<std::size_t>& cause) const;
  bool because_of(Record& effect, Kind kind, ServerRef server, Duration tail) const;
  bool because_of_an_end(Record& link, Kind kind, Duration tail) const;
  /// What a record of another kind tells of the same link, at that time or up to `tail` later.
  bool because_of_same_link(Record& effect, Kind kind, Duration tail = Duration::zero()) const;
  /// The links of a server that is down or was restarted.
  bool because_of_a_run(Record& effect, ServerRef server) const;
  bool because_of_a_run_of_an_end(Record& link) const;

 private:
  std::vector<Record>& records_;
  Time end_;
  std::map<Kind, std::vector<std::size_t>> by_kind_;
  std::map<std::pair<Kind, ServerRef>, std::vector<std::size_t>> by_server_;
};

}  // namespace natsrec
