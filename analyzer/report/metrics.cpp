#include "analyzer/report/metrics.hpp"

#include "analyzer/report/unicode.hpp"

#include <fmt/format.h>

#include <map>

namespace natsrec {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

std::string label_value(std::string_view text) {
  std::string out = "\"";
  for (const char c : plain(text)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

class Family {
 public:
  Family(std::string& out, std::string_view name, std::string_view help) : out_(out), name_(name) {
    out_ += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
  }
  Family& sample(double value, const Labels& labels = {}) {
    out_ += name_;
    for (std::size_t i = 0; i < labels.size(); ++i)
      out_ += fmt::format("{}{}={}", i == 0 ? "{" : ",", labels[i].first, label_value(labels[i].second));
    out_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
    return *this;
  }

 private:
  std::string& out_;
  std::string name_;
};

void incidents(std::string& out, const Analysis& analysis) {
  std::map<Severity, std::pair<int, int>> counts{{Severity::warning, {}}, {Severity::critical, {}}};
  for (const Incident& incident : analysis.incidents) {
    ++counts[incident.severity].first;
    counts[incident.severity].second += incident.open ? 1 : 0;
  }
  Family all(out, "nats_recorder_incidents", "Incidents in the recording.");
  for (const auto& [severity, n] : counts) all.sample(n.first, {{"severity", std::string(name(severity))}});
  Family open(out, "nats_recorder_incidents_open", "Incidents that are still open.");
  for (const auto& [severity, n] : counts) open.sample(n.second, {{"severity", std::string(name(severity))}});
}

void recording(std::string& out, const RecordingInfo& r) {
  Family(out, "nats_recorder_epochs", "Epochs in the recording.").sample(static_cast<double>(r.epochs));
  if (r.last_epoch) {
    Family(out, "nats_recorder_last_epoch_timestamp_seconds", "When the newest epoch was taken.")
        .sample(seconds(r.last_epoch->time_since_epoch()));
  }
  Family(out, "nats_recorder_coverage_ratio", "Share of the span that lies in no gap.").sample(r.coverage);
  Family(out, "nats_recorder_gaps", "Spans without observation.").sample(static_cast<double>(r.gaps.size()));
  Family(out, "nats_recorder_snapshots_damaged", "Snapshots that could not be restored.")
      .sample(static_cast<double>(r.damage));
}

/// 1 up, 0 not; nothing where nobody knows.
void lanes(std::string& out, const std::vector<Lane>& all) {
  constexpr std::pair<LaneKind, std::string_view> kinds[]{
      {LaneKind::server, "server"}, {LaneKind::route, "route"}, {LaneKind::gateway, "gateway"}};
  for (const auto& [kind, noun] : kinds) {
    Family family(out, fmt::format("nats_recorder_{}_up", noun),
                  "1 if it is up, 0 if it is down or impaired.");
    for (const Lane& lane : all) {
      if (lane.kind != kind || lane.spans.empty() || lane.spans.back().state == LaneState::unknown) continue;
      family.sample(lane.spans.back().state == LaneState::up ? 1 : 0,
                    {{"cluster", lane.cluster}, {noun, lane.label}});
    }
  }
}

}  // namespace

std::string metrics(const Analysis& analysis) {
  std::string out;
  incidents(out, analysis);
  recording(out, analysis.recording);
  lanes(out, analysis.lanes);
  return out + "# EOF\n";
}

}  // namespace natsrec
