#include "analyzer/detect/ledger.hpp"

#include "analyzer/detect/bracket.hpp"

#include <algorithm>

namespace natsrec {

void set_exact(Moment& moment, const std::optional<Exact>& exact) {
  if (!exact || (exact->error_s && *exact->error_s > 1.0)) return;
  if (exact->time > moment.by || (moment.after && exact->time < *moment.after)) return;
  moment.exact = exact->time;
  moment.exact_error_s = exact->error_s;
}

Evidence evidence(const Sighting& seen, const Server& server, std::string pointer) {
  return {seen.epoch, seen.target, server.display(), seen.endpoint, std::move(pointer)};
}

std::size_t Subject::Hash::operator()(const Subject& subject) const noexcept {
  const std::hash<Interned> text;
  // Odd factors of their own, so that the parts need not wait for each other.
  const std::size_t all =
      static_cast<std::size_t>(subject.kind) * 0x9E3779B97F4A7C15u + subject.server * 0xC2B2AE3D27D4EB4Fu +
      subject.peer * 0x165667B19E3779F9u + text(subject.cluster) * 0x27D4EB2F165667C5u +
      text(subject.remote) * 0x85EBCA77C2B2AE63u + text(subject.account) * 0xA0761D6478BD642Fu +
      text(subject.label) * 0xE7037ED1A0B428DBu;
  return all ^ all >> 32;
}

Record& Ledger::add(const Subject& subject) {
  auto& record = records_.emplace_back();
  record.subject = subject;
  record.finding.kind = subject.kind;
  return record;
}

Record& Ledger::holds(const Subject& subject, const Sighting& proof, const std::optional<Moment>& bracket) {
  auto& condition = conditions_[subject];
  if (!condition.open) {
    condition.open = records_.size();
    auto& finding = add(subject).finding;
    if (condition.contrary) {
      finding.began.after = condition.contrary->asked;
      finding.epochs.push_back(condition.contrary->epoch);
    }
    finding.began.by = proof.answered;
    finding.epochs.push_back(proof.epoch);
    if (bracket) finding.began = *bracket;
    keep_order(finding.began);
  }
  condition.proof = proof;
  return records_[*condition.open];
}

Record* Ledger::clears(const Subject& subject, const Sighting& first, const Sighting& last,
                       const std::optional<Exact>& exact) {
  auto& condition = conditions_[subject];
  condition.contrary = last;
  if (!condition.open) return nullptr;
  auto& record = records_[*condition.open];
  end(condition, first, exact, EndedBy::recovered);
  return &record;
}

void Ledger::end(Condition& condition, const Sighting& first, const std::optional<Exact>& exact, EndedBy by) {
  auto& finding = records_[*condition.open].finding;
  auto& ended = finding.ended.emplace();
  if (condition.proof) {
    ended.after = condition.proof->asked;
    finding.ended_epochs.push_back(condition.proof->epoch);
  }
  ended.by = first.answered;
  keep_order(ended);
  finding.ended_epochs.push_back(first.epoch);
  set_exact(ended, exact);
  finding.ended_by = by;
  condition.open.reset();
  condition.proof.reset();
}

void Ledger::retire(ServerRef server, const Sighting& proof, EndedBy by) {
  for (auto& [subject, condition] : conditions_)
    if (condition.open && (subject.server == server || subject.peer == server))
      end(condition, proof, std::nullopt, by);
}

bool Ledger::any_open(ServerRef server) const {
  return std::any_of(conditions_.begin(), conditions_.end(), [server](const auto& entry) {
    const auto& [subject, condition] = entry;
    return condition.open && (subject.server == server || subject.peer == server);
  });
}

void Ledger::merge(ServerRef into, ServerRef gone) {
  std::vector<std::pair<Subject, Condition>> moved;
  std::erase_if(conditions_, [&](const auto& entry) {
    const bool about = entry.first.server == gone || entry.first.peer == gone;
    if (about) moved.push_back(entry);
    return about;
  });
  std::sort(moved.begin(), moved.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [subject, condition] : moved) {
    if (subject.server == gone) subject.server = into;
    if (subject.peer == gone) subject.peer = into;
    if (condition.open) records_[*condition.open].subject = subject;
    const auto [at, free] = conditions_.try_emplace(subject, condition);
    if (free || !condition.open) continue;
    if (at->second.open)
      end(condition, *condition.proof, std::nullopt, EndedBy::retired);
    else
      at->second = condition;
  }
}

void Ledger::retire(const Subject& subject, const Sighting& proof, EndedBy by) {
  const auto found = conditions_.find(subject);
  if (found != conditions_.end() && found->second.open) end(found->second, proof, std::nullopt, by);
}

Record& Ledger::event(const Subject& subject, const std::optional<Sighting>& before, const Sighting& proof,
                      const std::optional<Exact>& exact) {
  auto& record = add(subject);
  auto& finding = record.finding;
  if (before) {
    finding.began.after = before->asked;
    finding.epochs.push_back(before->epoch);
  }
  finding.began.by = proof.answered;
  keep_order(finding.began);
  finding.epochs.push_back(proof.epoch);
  set_exact(finding.began, exact);
  return record;
}

Record& Ledger::span(const Subject& subject, const Moment& began, const std::optional<Moment>& ended) {
  auto& record = add(subject);
  record.finding.began = began;
  record.finding.ended = ended;
  if (ended) record.finding.ended_by = EndedBy::recovered;
  return record;
}

Record* Ledger::open(const Subject& subject) {
  const auto found = conditions_.find(subject);
  if (found == conditions_.end() || !found->second.open) return nullptr;
  return &records_[*found->second.open];
}

}  // namespace natsrec
