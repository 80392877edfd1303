#include "analyzer/state/startup.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto time_to_dial = 10s;    // DETECTION 1.7
constexpr auto surely_started = 60s;  // ready at this age without ever having been seen otherwise: long over

std::optional<Duration> age(const Run& run, const ServerView& view) {
  if (!run.start) return std::nullopt;
  if (view.varz) return view.varz->body->now - *run.start;
  if (view.routez) return view.routez->body->now - *run.start;
  if (view.gatewayz) return view.gatewayz->body->now - *run.start;
  return std::nullopt;
}

bool names_links(const Healthz::Error& error) {
  const auto listeners = listeners_not_ready(error.text);
  return std::any_of(listeners.begin(), listeners.end(),
                     [](const auto& one) { return one == "route" || one == "gateway"; });
}

bool is_starting(Run& run, const ServerView& view) {
  const auto lived = age(run, view);
  if (view.healthz) {
    const auto& health = *view.healthz;
    if (const auto* error = health.body->find(HealthProblem::readiness)) {
      run.seen_unready = !run.first_ready;
      if (names_links(*error)) return true;
      return !run.established;
    }
    if (!run.first_ready) {
      run.first_ready = health.seen.answered;
      if (lived && *lived > surely_started && !run.seen_unready) run.established = true;
    }
    if (health.seen.answered - *run.first_ready >= time_to_dial) run.established = true;
  } else if (lived && *lived > surely_started && !run.seen_unready) {
    run.established = true;
  }
  return !run.established;
}

}  // namespace

std::vector<bool> follow_startup(Fleet& fleet, const std::vector<ServerView>& views) {
  std::vector<bool> starting(fleet.size(), false);
  for (ServerRef ref = 0; ref < views.size(); ++ref) {
    auto& run = fleet.at(ref).run;
    if (views[ref].reach == ServerView::Reach::alive)
      starting[ref] = is_starting(run, views[ref]);
    else if (views[ref].reach != ServerView::Reach::refused)
      starting[ref] = run.seen_unready && !run.first_ready;  // nothing tells that it is any further
  }
  return starting;
}

}  // namespace natsrec
