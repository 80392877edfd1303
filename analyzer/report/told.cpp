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
  const auto& kind = info(first.kind);
  switch (kind.about) {
    case About::server:
      return fmt::format("{} {}", several(n, "server", first.cluster), kind.many);
    case About::route:
      return fmt::format("{} {}", several(n, "route", first.cluster), kind.many);
    case About::gateway:
      return fmt::format("{} {} {}", several(n, "server", first.cluster), kind.many, first.remote_cluster);
    case About::cluster:
      return fmt::format("{} {}", counted(n, "cluster"), kind.many);
    case About::recording:
      break;
  }
  return fmt::format("{} {}", counted(n, "gap"), kind.many);
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
