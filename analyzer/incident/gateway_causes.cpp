// Why clusters lost each other.
#include "analyzer/incident/advice.hpp"
#include "analyzer/incident/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

/// Gateways cannot be reloaded: a remote leaves the configuration at a restart, on either side.
void unconfigured(const Case& c, Causes& causes) {
  for (const auto* removed : c.anywhere(Kind::gateway_removed)) {
    if (removed->finding.details.value("implicit", false)) continue;
    const bool here = std::any_of(c.all().begin(), c.all().end(), [&](const auto* record) {
      const auto& f = record->finding;
      const bool same_way =
          f.cluster == removed->finding.cluster && record->subject.remote == removed->subject.remote;
      const bool other_way =
          f.cluster == removed->subject.remote && record->subject.remote == removed->finding.cluster;
      const bool same_server = record->subject.server == removed->subject.server;
      return (same_way || other_way || same_server) &&
             together(f, removed->finding, std::chrono::seconds(60));
    });
    if (!here) continue;
    causes.push_back(make_cause("gateway_unconfigured", "certain",
                                fmt::format("{} started with a configuration that names cluster {} no more.",
                                            display(*removed), removed->subject.remote.str()),
                                {removed}));
  }
}

void cuts(const Case& c, Causes& causes) {
  const auto lost = c.graver(Kind::gateway_down);
  if (lost.empty()) return;
  const bool scope_is_cluster = std::all_of(lost.begin(), lost.end(), [](const auto* record) {
    return record->finding.details.value("scope", std::string()) == "cluster";
  });
  std::set<std::string> remotes;
  for (const auto* record : lost) remotes.insert(record->subject.remote);
  const bool alive =
      std::all_of(remotes.begin(), remotes.end(), [&](const auto& remote) { return c.seen_alive(remote); });
  auto cause = make_cause("gateway_network_cut", alive && scope_is_cluster ? "likely" : "possible",
                          fmt::format("{} lost cluster {}{}.", subjects(lost), fmt::join(remotes, ", "),
                                      alive ? " while servers there are alive" : ""),
                          lost);
  for (const auto* record : lost)
    advise(cause, look_at_gateway(c.fleet(), record->subject.server, record->subject.remote));
  causes.push_back(std::move(cause));
}

}  // namespace

void gateway_causes(const Case& c, Causes& causes) {
  unconfigured(c, causes);
  // A frozen server holds on to gateways that are dialled to it: the kernel accepts and nobody answers.
  if (!c.outage() && !c.has(Kind::monitor_unreachable)) cuts(c, causes);
}

}  // namespace natsrec
