// Why JetStream complained.
#include "analyzer/incident/advice.hpp"
#include "analyzer/incident/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

Records complaints(const Case& c) {
  auto result = c.graver(Kind::meta_leader_missing);
  const auto more = c.graver(Kind::jetstream_unhealthy);
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

std::string words_of(const Record& record) { return record.finding.details.value("error", std::string()); }

bool has_words(const Record& record, const char* words) {
  return words_of(record).find(words) != std::string::npos;
}

/// How many members a meta group has, by those who complain.
int group_size(const Case& c, const Records& unhealthy) {
  int size = 0;
  for (const auto* record : unhealthy) {
    size = std::max(size, record->finding.details.value("cluster_size", 0));
    if (record->subject.server == nobody) continue;
    const auto& facts = c.fleet()[record->subject.server].last_varz;
    if (facts && facts->meta) size = std::max(size, facts->meta->cluster_size);
  }
  return size;
}

void quorum_lost(const Case& c, const Records& unhealthy, Causes& causes) {
  Records gone;
  for (const auto kind : {Kind::server_down, Kind::monitor_unreachable})
    for (const auto* record : c.of(kind)) {
      const auto& facts = c.fleet()[record->subject.server].last_varz;
      if (facts && facts->jetstream && about(gone, record->subject.server).empty()) gone.push_back(record);
    }
  const int size = group_size(c, unhealthy);
  if (size == 0 || 2 * (size - static_cast<int>(gone.size())) > size) return;
  Records proof = gone;
  proof.insert(proof.end(), unhealthy.begin(), unhealthy.end());
  causes.push_back(
      make_cause("meta_quorum_lost", "likely",
                 fmt::format("{} of the {} servers of JetStream's meta group were gone: the rest are no "
                             "majority and cannot elect a leader.",
                             gone.size(), size),
                 proof));
}

void leader_lost(const Case& c, const Records& unhealthy, Causes& causes) {
  for (const auto kind : {Kind::server_down, Kind::monitor_unreachable, Kind::server_restarted})
    for (const auto* gone : c.of(kind)) {
      if (!gone->finding.details.value("was_meta_leader", false)) continue;
      Records proof{gone};
      proof.insert(proof.end(), unhealthy.begin(), unhealthy.end());
      causes.push_back(
          make_cause("meta_leader_lost", "likely",
                     fmt::format("{} led JetStream's meta group and was gone; {} then missed a leader "
                                 "until a new one was elected.",
                                 display(*gone), subjects(unhealthy)),
                     proof));
      return;
    }
}

void in_their_own_words(const Case& c, Causes& causes) {
  for (const auto* record : c.of(Kind::jetstream_unhealthy)) {
    if (has_words(*record, "write error")) {
      auto cause = make_cause(
          "store_unusable", "likely",
          fmt::format("{} cannot write its store: {}", display(*record), words_of(*record)), {record});
      advise(cause, look_at_server(c.fleet(), record->subject.server));
      causes.push_back(std::move(cause));
    } else if (has_words(*record, "lookup account")) {
      causes.push_back(make_cause(
          "resolver_timeout", "possible",
          fmt::format("{} could not look up an account: {}", display(*record), words_of(*record)), {record}));
    }
  }
}

void catching_up(const Case& c, Causes& causes) {
  for (const auto kind : {Kind::jetstream_unhealthy, Kind::server_not_ready})
    for (const auto* record : c.of(kind)) {
      const auto restarts = about(c.anywhere(Kind::server_restarted), record->subject.server);
      const auto restart = std::find_if(restarts.begin(), restarts.end(), [&](const auto* one) {
        return together(one->finding, record->finding, std::chrono::minutes(1));
      });
      if (restart == restarts.end()) continue;
      causes.push_back(make_cause("jetstream_recovering", "likely",
                                  display(*record) + " was still recovering JetStream after its restart.",
                                  {record, *restart}));
      return;
    }
}

}  // namespace

void jetstream_causes(const Case& c, Causes& causes) {
  if (const auto unhealthy = complaints(c); !unhealthy.empty()) {
    const auto before = causes.size();
    quorum_lost(c, unhealthy, causes);
    if (causes.size() == before) leader_lost(c, unhealthy, causes);
  }
  in_their_own_words(c, causes);
  if (causes.empty()) catching_up(c, causes);
}

}  // namespace natsrec
