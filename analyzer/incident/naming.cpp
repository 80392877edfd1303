#include "analyzer/incident/naming.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace natsrec {
namespace {

std::string subject_text(const Finding& finding) {
  if (finding.server.empty()) return finding.cluster;
  auto text = finding.cluster + "/" + finding.server;
  if (!finding.peer.empty()) text += "," + finding.peer;
  if (!finding.remote_cluster.empty()) text += ">" + finding.remote_cluster;
  if (!finding.account.empty()) text += "#" + finding.account;
  return text;
}

}  // namespace

void put_names(std::vector<Record>& records, const Fleet& fleet) {
  for (auto& record : records) {
    auto& finding = record.finding;
    const auto& subject = record.subject;
    finding.cluster = subject.cluster;
    finding.remote_cluster = subject.remote;
    finding.account = subject.account;
    if (subject.server != nobody) {
      finding.cluster = fleet[subject.server].cluster;
      finding.server = fleet[subject.server].name;
    }
    if (subject.peer != nobody) {
      finding.peer = fleet[subject.peer].name;
      if (finding.peer < finding.server) std::swap(finding.peer, finding.server);
    }
    finding.id = fmt::format("{}:{}:{}", info(finding.kind).name, subject_text(finding),
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
