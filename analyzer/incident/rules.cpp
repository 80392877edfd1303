#include "analyzer/incident/rules.hpp"

#include "analyzer/incident/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {
constexpr std::size_t most_evidence = 12, most_commands = 6;
}

std::string display(const Record& record) {
  const auto& finding = record.finding;
  if (finding.cluster.empty() || finding.server.empty()) return finding.cluster + finding.server;
  return finding.cluster + "/" + finding.server;
}

std::string subjects(const Records& records) {
  std::set<std::string> names;
  for (const auto* record : records) names.insert(display(*record));
  std::string result;
  std::size_t told = 0;
  for (const auto& name : names) {
    if (told == 3 && names.size() > 4) return fmt::format("{} and {} more", result, names.size() - told);
    if (told > 0) result += told + 1 == names.size() ? " and " : ", ";
    result += name;
    ++told;
  }
  return result;
}

namespace {
void add(Cause& cause, const std::vector<Evidence>& proof) {
  for (const auto& one : proof)
    if (cause.evidence.size() < most_evidence &&
        std::find(cause.evidence.begin(), cause.evidence.end(), one) == cause.evidence.end())
      cause.evidence.push_back(one);
}
}  // namespace

void prove(Cause& cause, const Records& records) {
  for (const auto* record : records) {
    add(cause, record->finding.proof);
    for (const auto& one : record->finding.proof)
      if (cause.epoch == 0 || one.epoch < cause.epoch) cause.epoch = one.epoch;
  }
  for (const auto* record : records) add(cause, record->finding.contrary);
}

void advise(Cause& cause, std::vector<std::string> commands) {
  for (auto& command : commands)
    if (cause.next.size() < most_commands &&
        std::find(cause.next.begin(), cause.next.end(), command) == cause.next.end())
      cause.next.push_back(std::move(command));
}

void advise_routes(const Case& incident, Cause& cause, const Records& routes) {
  for (const auto* route : routes)
    advise(cause, look_at_route(incident.fleet(), route->subject.server, route->subject.peer));
}

Cause make_cause(std::string name, std::string confidence, std::string why, const Records& records) {
  Cause cause{std::move(name), std::move(confidence), std::move(why), {}, {}, 0};
  prove(cause, records);
  return cause;
}

std::string answer_of(const Record& record) { return record.finding.details.value("answer", std::string()); }

Records about(const Records& records, ServerRef server) {
  Records result;
  std::copy_if(records.begin(), records.end(), std::back_inserter(result),
               [server](const auto* record) { return record->subject.server == server; });
  return result;
}

bool together(const Finding& a, const Finding& b, Duration slack) {
  const auto end = [](const Finding& f) {
    return f.instant() ? f.began.by : f.ended ? f.ended->by : Time::max();
  };
  return a.began.earliest() - slack <= end(b) && b.began.earliest() - slack <= end(a);
}

}  // namespace natsrec
