#include "analyzer/detect/silence.hpp"

#include "analyzer/detect/bracket.hpp"

namespace natsrec {
namespace {

void describe(const Scene& scene, ServerRef lister, const Direction& direction, Finding& finding) {
  const auto& quiet = *direction.quiet;
  const auto& server = scene.fleet[lister];
  finding.severity = Severity::warning;
  finding.details["seen_from"] = server.name;
  finding.details["rid"] = quiet.rid;
  finding.details["in_msgs"] = quiet.in_msgs;
  const auto pointer = [](std::size_t index) { return "/routes/" + std::to_string(index) + "/in_msgs"; };
  finding.proof.push_back(evidence(quiet.since, server, pointer(quiet.index)));
  if (const auto* now = direction.find(quiet.rid))
    finding.proof.push_back(evidence(*direction.listed, server, pointer(now->index)));
}

}  // namespace

void SilenceDetector::step(const Scene& scene, const PairStates& pairs, Ledger& ledger) {
  for (const auto& [pair, state] : pairs) judge(scene, pair, state, ledger);
}

void SilenceDetector::judge(const Scene& scene, const Pair& pair, PairState state, Ledger& ledger) {
  const auto subject = [&] { return Subject::pair_of(Kind::route_silent, pair.first, pair.second); };
  const Sighting* contrary = nullptr;
  bool silent = false;
  for (const auto& [lister, peer] : {pair, Pair{pair.second, pair.first}}) {
    const auto& direction = scene.routes.says(lister, peer);
    if (direction.says == Direction::Says::lists && direction.silent()) {
      silent = true;
      const bool fresh = !ledger.open(subject());
      silent_.insert(pair);
      auto& finding = ledger.holds(subject(), *direction.listed).finding;
      if (fresh) {
        describe(scene, lister, direction, finding);
        const auto& quiet = *direction.quiet;
        Bracket{quiet.spoke ? std::optional(quiet.since) : std::nullopt, *direction.listed}.tell_beginning(
            finding);
      }
      finding.details["silent_s"] = seconds(direction.quiet->length);
      finding.details["written"] = direction.quiet->unanswered;
    } else if (direction.says == Direction::Says::lists && direction.quiet && direction.quiet->heard) {
      contrary = &*direction.listed;
    } else if (direction.says == Direction::Says::lacks && state == PairState::down) {
      contrary = &*direction.lacked;  // it is listed no more
    }
  }
  if (silent || !contrary || !silent_.contains(pair)) return;
  ledger.clears(subject(), *contrary);
  silent_.erase(pair);
}

}  // namespace natsrec
