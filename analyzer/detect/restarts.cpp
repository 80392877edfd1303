#include "analyzer/detect/restarts.hpp"

#include "analyzer/detect/runs.hpp"

namespace natsrec {
namespace {
using namespace std::chrono_literals;
constexpr auto loop_window = 15min;  // DETECTION 2
constexpr std::size_t loop_count = 3;
/// What proves that its newest run is older than the window; of a server that nobody polls, that it is still
/// listed so long after it was first seen.
std::optional<Sighting> lived_through_window(const Scene& scene, ServerRef ref,
                                             const std::deque<RestartDetector::Restart>& restarts) {
  if (const auto* varz = scene.view(ref).varz) {
    if (varz->body->now - varz->body->start > loop_window) return varz->seen;
    return std::nullopt;
  }
  const bool polled = scene.fleet[ref].run.start.has_value();
  if (polled || !scene.routes.listed(ref) || scene.ended - restarts.back().moment.by <= loop_window)
    return std::nullopt;
  return Sighting{scene.epoch, scene.started, scene.ended, {}, Endpoint::routez};
}

}  // namespace

void RestartDetector::step(const Scene& scene, const std::vector<IdentityEvent>& events, Ledger& ledger) {
  for (const auto& event : events)
    if (event.what == IdentityEvent::What::restarted) count(scene, event, ledger);
  std::erase_if(recent_, [&](auto& entry) {
    const auto seen = lived_through_window(scene, entry.first, entry.second);
    if (seen) ledger.clears(Subject::server_of(Kind::restart_loop, entry.first), *seen);
    return seen.has_value();
  });
}

void RestartDetector::count(const Scene& scene, const IdentityEvent& event, Ledger& ledger) {
  auto& recent = recent_[event.server];
  Moment moment{std::nullopt, event.seen.answered, {}, {}};
  if (event.before) moment.after = event.before->asked;
  if (event.exact) set_exact(moment, scene.clocks.translate(event.server, *event.exact));
  recent.push_back({moment, event.to, proof_of_start(scene, event)});

  const auto subject = Subject::server_of(Kind::restart_loop, event.server);
  if (auto* record = ledger.open(subject)) {
    ledger.holds(subject, event.seen);
    record->finding.count = record->finding.count.value_or(0) + 1;
    record->finding.proof.push_back(recent.back().proof);
    return;
  }
  while (recent.back().moment.best() - recent.front().moment.best() > loop_window) recent.pop_front();
  if (recent.size() < loop_count) return;
  auto& finding = ledger.holds(subject, event.seen, recent.front().moment).finding;
  finding.severity = Severity::critical;
  finding.count = static_cast<int>(recent.size());
  auto starts = nlohmann::ordered_json::array();
  for (const auto& restart : recent) {
    starts.push_back(format_time(restart.moment.best()));
    finding.proof.push_back(restart.proof);
  }
  finding.details["restarts"] = std::move(starts);
}

}  // namespace natsrec
