#include "analyzer/commands/options.hpp"

#include "schema/printable.hpp"

#include <fmt/format.h>

namespace natsrec {
namespace {

void add_store(CLI::App& verb, AnalyzerOptions& o) {
  verb.add_option("STORE", o.store, "The recording, as in history.db")->type_name("");
  verb.add_flag("--quiet", o.quiet, "Do not show on the terminal how far a replay is");
}

void add_format(CLI::App& verb, AnalyzerOptions& o, const std::string& formats) {
  verb.add_option("--format", o.format, formats)->type_name("FORMAT");
}

void add_facts(CLI::App& verb, AnalyzerOptions& o) {
  verb.add_flag("--no-facts", o.no_facts, "Replay all of it, whatever is known from before");
  verb.add_flag("--verbose", o.verbose, "Say why facts kept from before cannot be used");
}

void add_grouping(CLI::App& verb, AnalyzerOptions& o) {
  verb.add_option("--join", o.join,
                  "What begins within this of an incident may belong to it (default 2 intervals, "
                  "at least 30s)")
      ->type_name("TIME");
  verb.add_option("--settle", o.settle,
                  "How long a resolved incident may still come back (default 5m, at least 2 "
                  "intervals)")
      ->type_name("TIME");
  verb.add_option("--recovery-grace", o.grace,
                  "How long after a restart JetStream may catch up (default 10m)")
      ->type_name("TIME");
}

void add_thresholds(CLI::App& verb, AnalyzerOptions& o) {
  verb.add_option("--flap-window", o.flap_window,
                  "Flapping: so many re-establishments within this, until as long without one (default 15m)")
      ->type_name("TIME");
  verb.add_option("--flap-count", o.flap_count, "How many they must be (default 3)")->type_name("N");
  verb.add_option(
          "--rtt", o.rtt,
          "A link is slow from this round trip on (default 5 times the median of its last 24h, and at "
          "least 50ms)")
      ->type_name("TIME");
  verb.add_option("--backlog", o.backlog, "Bytes a link may hold back for 30s (default 1MiB)")
      ->type_name("BYTES");
  verb.add_option("--member-window", o.member_window,
                  "How far back the servers alive together make up a cluster (default 24h)")
      ->type_name("TIME");
}

void add_selection(CLI::App& verb, AnalyzerOptions& o) {
  add_store(verb, o);
  verb.add_option("--since", o.window.since, "From here on: RFC 3339, or 90m, 24h, 7d before the end")
      ->type_name("TIME");
  verb.add_option("--until", o.window.until, "Up to here, as if nothing came after")->type_name("TIME");
  verb.add_option("--cluster", o.cluster, "Only what concerns this cluster")->type_name("NAME");
  verb.add_option("--server", o.server, "Only what concerns this server")->type_name("NAME");
  verb.add_option("--annotations", o.annotations, "CSV of time,text[,who]: deploys and pages as marks")
      ->type_name("FILE");
  verb.add_flag("--redact", o.redact,
                "Other names for clusters, servers, accounts and hosts, always the same ones");
  add_grouping(verb, o);
  add_thresholds(verb, o);
  add_facts(verb, o);
}

void add_follow(CLI::App& verb, AnalyzerOptions& o) {
  verb.add_flag("--follow", o.follow, "Then tell what is new as the recording grows, until interrupted");
  verb.add_option("--every", o.every, "With --follow: how often to look for new epochs (default 1s)")
      ->type_name("TIME");
}

void describe_facts(CommandLine& line, AnalyzerOptions& o) {
  auto& query = line.verb("query", "The answer to a question in SQL, see --list");
  add_store(query, o);
  query.add_option("NAME", o.query, "The question, as in route_drops")->type_name("");
  query.add_flag("--list", o.list, "Which questions there are, and what may be given with each");
  query.add_option("--since", o.window.since, "From here on: RFC 3339, or 90m, 24h, 7d before the end")
      ->type_name("TIME");
  query.add_option("--until", o.window.until, "Up to here")->type_name("TIME");
  query.add_option("--at", o.at, "At this moment")->type_name("TIME");
  query.add_option("--epoch", o.epoch, "After this epoch")->type_name("N");
  query.add_option("--cluster", o.cluster, "Only this cluster")->type_name("NAME");
  query.add_option("--server", o.server, "Only this server")->type_name("NAME");
  query.add_option("--least", o.least, "From so many on")->type_name("N");
  query.add_option("--limit", o.limit, "At most so many rows")->type_name("N");
  query.add_option("--format", o.format, "text, csv, json or markdown")->type_name("FORMAT");
  query.add_flag("--verbose", o.verbose, "Say why facts kept from before cannot be used");
  auto& index = line.verb("index", "Derives the facts beside the recording, or brings them up to date");
  add_store(index, o);
  index.add_flag("--check", o.compare, "Derive them once more and compare; exits 1 if they differ");
  index.add_flag("--verbose", o.verbose, "Say why facts cannot be kept somewhere");
}

DetectionOptions detection_options(const AnalyzerOptions& o) {
  DetectionOptions options;
  if (const auto window = length_flag("--flap-window", o.flap_window)) options.flap_window = *window;
  if (const auto count = count_flag("--flap-count", o.flap_count, 2)) options.flap_count = *count;
  if (const auto grace = length_flag("--recovery-grace", o.grace)) options.recovery_grace = *grace;
  options.rtt = length_flag("--rtt", o.rtt);
  if (const auto bytes = size_flag("--backlog", o.backlog))
    options.backlog = static_cast<std::int64_t>(*bytes);
  if (const auto window = length_flag("--member-window", o.member_window)) options.member_window = *window;
  return options;
}

}  // namespace

void describe_verbs(CommandLine& line, AnalyzerOptions& o) {
  line.footer(
      "Exit codes: 0 done (servers being down is data), 1 some of the work failed, 2 usage, 3 the recording "
      "cannot "
      "be used;\ncheck: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
  auto& incidents = line.verb("incidents", "What happened, joined into incidents with causes and evidence");
  add_selection(incidents, o);
  add_follow(incidents, o);
  add_format(incidents, o, "text, json, csv or markdown");
  auto& timeline = line.verb("timeline", "Every finding, in order of time");
  add_selection(timeline, o);
  add_follow(timeline, o);
  add_format(timeline, o, "text, json, csv or markdown");
  auto& report = line.verb("report", "The incident report as a page and as tables");
  add_selection(report, o);
  report.add_option("--html", o.html, "Write the page here")->type_name("FILE");
  report.add_option("--csv", o.csv, "Write incidents.csv and timeline.csv into this folder")
      ->type_name("DIR");
  report.add_option("--incident", o.incident, "Only this incident")->type_name("ID");
  report.add_flag("--full-evidence", o.full_evidence,
                  "Put the bodies that prove something into the page, whole");
  auto& servers = line.verb("servers", "Who is there, with versions, and the mesh as a matrix");
  add_store(servers, o);
  servers.add_option("--at", o.at, "At this time instead of the end")->type_name("TIME");
  add_format(servers, o, "text or json");
  add_facts(servers, o);
  auto& show = line.verb("show", "A recorded body, byte for byte");
  add_store(show, o);
  show.add_option("--epoch", o.epoch, "Its number, or a time")->type_name("N|TIME");
  show.add_option("--server", o.server, "The server's name, or its target")->type_name("NAME");
  show.add_option("--endpoint", o.endpoint, "varz, routez, gatewayz, healthz, leafz, jsz, envelope or ports")
      ->type_name("NAME");
  auto& check = line.verb("check", "One line and an exit code for monitoring systems");
  add_store(check, o);
  check.add_option("--max-age", o.max_age, "Oldest newest epoch that still counts (default 3 intervals)")
      ->type_name("TIME");
  check.add_option("--recent", o.recent, "How long a resolved incident stays a warning (default 15m)")
      ->type_name("TIME");
  check.add_flag("--since-last-epoch", o.since_last_epoch,
                 "Only what began or ended since the epoch before the newest");
  add_grouping(check, o);
  add_thresholds(check, o);
  add_facts(check, o);
  auto& gauges = line.verb("metrics", "Gauges as OpenMetrics, for node_exporter's textfile collector");
  add_store(gauges, o);
  gauges.add_option("--output", o.output, "Replace this file as a whole instead of printing")
      ->type_name("FILE");
  add_grouping(gauges, o);
  add_thresholds(gauges, o);
  add_facts(gauges, o);
  describe_facts(line, o);
}

const std::string& required(const std::string& value, const char* sentence) {
  if (value.empty()) refuse(sentence);
  return value;
}

const std::string& store_of(const AnalyzerOptions& o) {
  return required(o.store,
                  "the recording is missing; name its file, as in nats-analyzer incidents history.db");
}

AnalysisOptions analysis_options(const AnalyzerOptions& o) {
  AnalysisOptions options;
  options.join = length_flag("--join", o.join);
  options.settle = length_flag("--settle", o.settle);
  if (!o.cluster.empty()) options.cluster = o.cluster;
  if (!o.server.empty()) options.server = o.server;
  options.detection = detection_options(o);
  return options;
}

Duration follow_every(const AnalyzerOptions& o) {
  if (o.format != "text")
    refuse(
        fmt::format("--format {} does not go with --follow, which tells what is new as text; leave one of "
                    "the two out",
                    printable(o.format)));
  if (!o.window.until.empty()) refuse("--until is an end, and --follow has none; leave one of the two out");
  if (o.redact)
    refuse(
        "--redact numbers names, and --follow does not know yet which will come; leave one of the two out");
  return length_flag("--every", o.every).value_or(std::chrono::seconds{1});
}

void unknown_format(const AnalyzerOptions& o, const char* known) {
  refuse(fmt::format("--format {} is not known; it is {}", printable(o.format), known));
}

void check_format(const AnalyzerOptions& o) {
  if (o.format != "text" && o.format != "json" && o.format != "csv" && o.format != "markdown")
    unknown_format(o, "text, json, csv or markdown");
}

}  // namespace natsrec
