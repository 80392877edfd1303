#include "analyzer/incident/naming.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace natsrec {
namespace {

std::string subject_text(const Finding& finding, const Subject& subject) {
  if (finding.server.empty())
    return subject.label.empty() ? finding.cluster : finding.cluster + "/" + subject.label;
  auto text = finding.cluster + "/" + finding.server;
  if (!finding.peer.empty()) text += "," + finding.peer;
  if (!finding.remote_cluster.empty()) text += ">" + finding.remote_cluster;
  if (!finding.account.empty()) text += "#" + finding.account;
  return text;
}

/// An entry may have turned out to be another one.
const Server& now_known_as(const Fleet& fleet, ServerRef ref) {
  while (fleet[ref].absorbed_by != nobody) ref = fleet[ref].absorbed_by;
  return fleet[ref];
}

}  // namespace

void put_names(std::vector<Record>& records, const Fleet& fleet) {
  for (auto& record : records) {
    auto& finding = record.finding;
    const auto& subject = record.subject;
    finding.cluster = subject.cluster;
    finding.remote_cluster = subject.remote;
    finding.account = subject.account;
    if (info(finding.kind).about == About::server) finding.server = subject.label;
    if (subject.server != nobody) {
      finding.cluster = now_known_as(fleet, subject.server).cluster;
      finding.server = now_known_as(fleet, subject.server).name;
    }
    if (!record.called.empty()) finding.server = record.called;
    if (subject.peer != nobody) {
      finding.peer =
          record.peer_called.empty() ? now_known_as(fleet, subject.peer).name.str() : record.peer_called;
      if (finding.peer < finding.server) std::swap(finding.peer, finding.server);
    }
    finding.id = fmt::format("{}:{}:{}", info(finding.kind).name, subject_text(finding, subject),
                             format_time(finding.began.by));
  }
}

std::string incident_id(const std::string& first_finding) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  auto hash = XXH3_64bits(first_finding.data(), first_finding.size());
  std::string id;
  for (int i = 0; i < 8; ++i) {
    id += alphabet[hash & 31];
    hash >>= 5;
  }
  return id;
}

}  // namespace natsrec
