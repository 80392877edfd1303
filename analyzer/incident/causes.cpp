#include "analyzer/incident/causes.hpp"

#include "analyzer/incident/advice.hpp"
#include "analyzer/incident/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

/// Findings that state what is wrong with the configuration: what there is to know stands in them.
bool tells_all_itself(Kind kind) {
  return kind == Kind::configured_peer_missing || kind == Kind::cluster_name_mismatch ||
         kind == Kind::gateway_config_mismatch || kind == Kind::gateway_name_mismatch ||
         kind == Kind::certificate_expiring;
}

void nothing_explains(const Case& c, Causes& causes) {
  std::string why = "Nothing in the recording proves a cause.";
  const auto renewed = c.graver(Kind::route_reconnected);
  if (!renewed.empty())
    why =
        "Both servers lived on and neither was reloaded: the connection was lost and made again between two "
        "epochs, and the bodies do not tell why.";
  if (std::all_of(c.all().begin(), c.all().end(),
                  [](const auto* record) { return tells_all_itself(record->subject.kind); }))
    why =
        "A state of the configuration, not a fault at a moment; who changed it, the recording does not tell.";
  auto cause = make_cause("unknown", "possible", why, c.all());
  for (const auto* record : c.all()) {
    if (record->subject.server == nobody) continue;
    if (record->subject.peer != nobody)
      advise(cause, look_at_route(c.fleet(), record->subject.server, record->subject.peer));
    else if (!record->subject.remote.empty())
      advise(cause, look_at_gateway(c.fleet(), record->subject.server, record->subject.remote));
    else
      advise(cause, look_at_server(c.fleet(), record->subject.server));
  }
  causes.push_back(std::move(cause));
}

/// An onset whose bracket holds a span in which the collector saw nobody: the trouble may have been its own.
void blindness(const Case& c, Causes& causes) {
  for (const auto* gap : c.anywhere(Kind::collection_gap)) {
    if (gap->finding.details.value("reason", std::string()) != "collector_blind") continue;
    const bool inside = std::all_of(c.all().begin(), c.all().end(), [&](const auto* record) {
      const auto& began = record->finding.began;
      return began.after && gap->finding.ended && *began.after <= gap->finding.began.by &&
             began.by >= gap->finding.ended->by;
    });
    if (!inside) continue;
    causes.push_back(
        make_cause("collector_blind", "possible",
                   "When this began, no target gave a sign of life: what the collector's own network "
                   "or host did, and what the servers did, cannot be told apart.",
                   {gap}));
    return;
  }
}

int rank(const std::string& confidence) {
  return confidence == "certain" ? 0 : confidence == "likely" ? 1 : 2;
}

/// Whether a cause is about how the incident began, or about what came on top of it later.
bool about_the_beginning(const Case& c, const Cause& cause) {
  auto begun = c.all().front()->finding.epochs.back();
  for (const auto* record : c.all()) begun = std::min(begun, record->finding.epochs.back());
  return cause.epoch > 0 && cause.epoch <= begun + 1;  // one end may have been asked just before
}

}  // namespace

Causes causes_of(const Case& incident) {
  // In order of reach: what explains a whole cluster comes before what explains one server.
  Causes causes;
  cluster_causes(incident, causes);
  server_causes(incident, causes);
  jetstream_causes(incident, causes);
  route_causes(incident, causes);
  gateway_causes(incident, causes);
  blindness(incident, causes);
  if (causes.empty()) nothing_explains(incident, causes);
  const auto order = [&](const Cause& cause) {
    return std::pair(!about_the_beginning(incident, cause), rank(cause.confidence));
  };
  std::stable_sort(causes.begin(), causes.end(),
                   [&](const Cause& a, const Cause& b) { return order(a) < order(b); });
  return causes;
}

}  // namespace natsrec
