#include "analyzer/incident/causality.hpp"

#include "analyzer/incident/consequence_rules.hpp"

namespace natsrec {
namespace {

const std::vector<std::size_t> none;

template <class Index, class Key>
const std::vector<std::size_t>& found_in(const Index& index, const Key& key) {
  const auto found = index.find(key);
  return found == index.end() ? none : found->second;
}

}  // namespace

Causality::Causality(std::vector<Record>& records, Time end_of_recording)
    : records_(records), end_(end_of_recording) {
  for (std::size_t i = 0; i < records_.size(); ++i) {
    by_kind_[records_[i].subject.kind].push_back(i);
    by_server_[{records_[i].subject.kind, records_[i].subject.server}].push_back(i);
  }
}

const std::vector<std::size_t>& Causality::of(Kind kind) const { return found_in(by_kind_, kind); }

const std::vector<std::size_t>& Causality::of(Kind kind, ServerRef server) const {
  return found_in(by_server_, std::pair(kind, server));
}

std::vector<std::size_t> Causality::of_same_link(Kind kind, const Record& record) const {
  std::vector<std::size_t> result;
  for (const auto index : of(kind, record.subject.server))
    if (records_[index].subject.peer == record.subject.peer &&
        records_[index].subject.remote == record.subject.remote)
      result.push_back(index);
  return result;
}

Time Causality::end_of(const Finding& finding) const {
  if (finding.instant()) return finding.began.by;
  return finding.ended ? finding.ended->by : end_;
}

Duration Causality::proven(const Finding& finding) const {
  return (finding.ended ? finding.ended->after.value_or(finding.began.by) : end_) - finding.began.by;
}

namespace {

/// A restart is told by when the new process started: the one before it was gone some time earlier.
Time first_effect_of(const Finding& cause) {
  return cause.kind == Kind::server_restarted ? cause.began.after.value_or(cause.began.earliest())
                                              : cause.began.earliest();
}

}  // namespace

bool Causality::follows(const Finding& effect, const Finding& cause, Duration tail) const {
  return effect.began.by >= first_effect_of(cause) && effect.began.earliest() <= end_of(cause) + tail;
}

std::optional<std::size_t> Causality::find(const Record& effect, Kind kind, ServerRef server,
                                           Duration tail) const {
  if (server == nobody) return std::nullopt;
  for (const auto index : of(kind, server))
    if (&records_[index] != &effect && follows(effect.finding, records_[index].finding, tail)) return index;
  return std::nullopt;
}

std::optional<std::size_t> Causality::earlier(std::optional<std::size_t> a,
                                              std::optional<std::size_t> b) const {
  if (!a || !b) return a ? a : b;
  return records_[*b].finding.began.best() < records_[*a].finding.began.best() ? b : a;
}

std::size_t Causality::first_cause(std::size_t cause) const {
  while (records_[cause].because) cause = *records_[cause].because;
  return cause;
}

bool Causality::because_of(Record& effect, const std::optional<std::size_t>& cause) const {
  effect.because = cause;
  if (effect.because) effect.finding.severity = Severity::info;
  return effect.because.has_value();
}

bool Causality::because_of(Record& effect, Kind kind, ServerRef server, Duration tail) const {
  return because_of(effect, find(effect, kind, server, tail));
}

bool Causality::because_of_an_end(Record& link, Kind kind, Duration tail) const {
  return because_of(
      link, earlier(find(link, kind, link.subject.server, tail), find(link, kind, link.subject.peer, tail)));
}

bool Causality::because_of_same_link(Record& effect, Kind kind, Duration tail) const {
  for (const auto index : of_same_link(kind, effect))
    if (follows(effect.finding, records_[index].finding, tail)) return because_of(effect, index);
  return false;
}

bool Causality::because_of_a_run(Record& effect, ServerRef server) const {
  using namespace std::chrono_literals;
  return because_of(effect, Kind::server_down, server, 0s) ||
         because_of(effect, Kind::server_restarted, server, time_to_dial);
}

bool Causality::because_of_a_run_of_an_end(Record& link) const {
  using namespace std::chrono_literals;
  return because_of_an_end(link, Kind::server_down, 0s) ||
         because_of_an_end(link, Kind::server_restarted, time_to_dial);
}

}  // namespace natsrec
