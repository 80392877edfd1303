// One line for many findings: subjects, and sentences per kind.
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace natsrec {
namespace {

std::string with_cluster(const std::string& cluster, const std::string& server) {
  return cluster.empty() || server.empty() ? cluster + server : cluster + "/" + server;
}

/// "3 servers of west", "3 servers" where no cluster is known.
std::string several(std::size_t n, std::string_view noun, std::string_view cluster) {
  return counted(n, noun) + (cluster.empty() ? "" : fmt::format(" of {}", cluster));
}

/// n subjects of one kind, cluster and remote cluster, as one sentence without its full stop.
std::string sentence(const Finding& first, std::size_t n) {
  std::string servers = several(n, "server", first.cluster);
  const std::string routes = several(n, "route", first.cluster);
  const std::string& remote = first.remote_cluster;
  switch (first.kind) {
    case Kind::route_down:
      return routes + " down";
    case Kind::route_one_sided:
      return routes + " seen by one end only";
    case Kind::route_reconnected:
      return routes + " dropped and came back";
    case Kind::route_flapping:
      return routes + " flapping";
    case Kind::route_count_low:
      return servers + " with too few routes";
    case Kind::cluster_partitioned:
      return counted(n, "cluster") + " partitioned";
    case Kind::gateway_down:
      return servers + " lost " + remote;
    case Kind::gateway_reconnected:
      return servers + " reconnected to " + remote;
    case Kind::gateway_failover:
      return servers + " moved to another member of " + remote;
    case Kind::server_not_ready:
      return servers + " not ready";
    case Kind::jetstream_unhealthy:
      return servers + " with JetStream unhealthy";
    case Kind::server_down:
      return servers + " down";
    case Kind::monitor_unreachable:
      return servers + " did not answer the recorder";
    case Kind::server_restarted:
      return servers + " restarted";
    case Kind::config_reloaded:
      return servers + " reloaded the configuration";
    case Kind::version_changed:
      return servers + " changed version";
    case Kind::server_joined:
      return servers + " joined";
    case Kind::server_left:
      return servers + " left";
    case Kind::collection_gap:
      return counted(n, "gap") + " in the recording";
  }
  return servers;
}

}  // namespace

std::string server_of(const Finding& finding) { return with_cluster(finding.cluster, finding.server); }

std::string subject(const Finding& finding) {
  std::string out = server_of(finding);
  if (!finding.peer.empty()) out += " – " + with_cluster(finding.cluster, finding.peer);
  if (!finding.remote_cluster.empty()) out += " → " + finding.remote_cluster;
  if (!finding.account.empty()) out += " (account " + finding.account + ")";
  return out.empty() ? "the recording" : out;
}

std::string told(const std::vector<const Finding*>& findings) {
  if (findings.empty()) return "";
  const Finding& first = *findings.front();
  if (findings.size() == 1)
    return first.text.empty() ? subject(first) + ": " + std::string(info(first.kind).title) : first.text;
  std::set<std::string> subjects;
  for (const Finding* finding : findings) subjects.insert(subject(*finding));
  if (subjects.size() == 1)
    return fmt::format("{}: {}, {} times", subject(first), info(first.kind).title, findings.size());
  return sentence(first, subjects.size());
}

}  // namespace natsrec
