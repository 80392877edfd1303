#include "analyzer/commands/analysis.hpp"
#include "analyzer/commands/annotations.hpp"
#include "analyzer/commands/body.hpp"
#include "analyzer/commands/inventory.hpp"
#include "analyzer/commands/output_file.hpp"
#include "analyzer/commands/world.hpp"
#include "analyzer/report/check.hpp"
#include "analyzer/report/csv.hpp"
#include "analyzer/report/html.hpp"
#include "analyzer/report/json.hpp"
#include "analyzer/report/markdown.hpp"
#include "analyzer/report/mesh.hpp"
#include "analyzer/report/text.hpp"
#include "schema/command_line.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <ostream>

namespace natsrec {
namespace {

/// The command line as it was typed.
struct Options {
  std::string store, format = "text", cluster, server, join, settle, grace, annotations;
  std::string flap_window, flap_count, rtt, backlog, member_window;
  bool quiet = false;
  Window window;
  std::string html, csv, incident, at, epoch, endpoint, max_age, recent;
  bool since_last_epoch = false;
};

void add_store(CLI::App& verb, Options& o) {
  verb.add_option("STORE", o.store, "The recording, as in history.db")->type_name("");
  verb.add_flag("--quiet", o.quiet, "Do not show on the terminal how far a replay is");
}

void add_format(CLI::App& verb, Options& o, const std::string& formats) {
  verb.add_option("--format", o.format, formats)->type_name("FORMAT");
}

void add_grouping(CLI::App& verb, Options& o) {
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

void add_thresholds(CLI::App& verb, Options& o) {
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

void add_selection(CLI::App& verb, Options& o) {
  add_store(verb, o);
  verb.add_option("--since", o.window.since, "From here on: RFC 3339, or 90m, 24h, 7d before the end")
      ->type_name("TIME");
  verb.add_option("--until", o.window.until, "Up to here, as if nothing came after")->type_name("TIME");
  verb.add_option("--cluster", o.cluster, "Only what concerns this cluster")->type_name("NAME");
  verb.add_option("--server", o.server, "Only what concerns this server")->type_name("NAME");
  verb.add_option("--annotations", o.annotations, "CSV of time,text[,who]: deploys and pages as marks")
      ->type_name("FILE");
  add_grouping(verb, o);
  add_thresholds(verb, o);
}

void describe(CommandLine& line, Options& o) {
  line.footer(
      "Exit codes: 0 done (servers being down is data), 1 some of the work failed, 2 usage, 3 the recording "
      "cannot "
      "be used;\ncheck: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
  auto& incidents = line.verb("incidents", "What happened, joined into incidents with causes and evidence");
  add_selection(incidents, o);
  add_format(incidents, o, "text, json, csv or markdown");
  auto& timeline = line.verb("timeline", "Every finding, in order of time");
  add_selection(timeline, o);
  add_format(timeline, o, "text, json, csv or markdown");
  auto& report = line.verb("report", "The incident report as a page and as tables");
  add_selection(report, o);
  report.add_option("--html", o.html, "Write the page here")->type_name("FILE");
  report.add_option("--csv", o.csv, "Write incidents.csv and timeline.csv into this folder")
      ->type_name("DIR");
  report.add_option("--incident", o.incident, "Only this incident")->type_name("ID");
  auto& servers = line.verb("servers", "Who is there, with versions, and the mesh as a matrix");
  add_store(servers, o);
  servers.add_option("--at", o.at, "At this time instead of the end")->type_name("TIME");
  add_format(servers, o, "text or json");
  auto& show = line.verb("show", "A recorded body, byte for byte");
  add_store(show, o);
  show.add_option("--epoch", o.epoch, "Its number, or a time")->type_name("N|TIME");
  show.add_option("--server", o.server, "The server's name, or its target")->type_name("NAME");
  show.add_option("--endpoint", o.endpoint, "varz, routez, gatewayz, healthz, leafz or jsz")
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
}

const std::string& required(const std::string& value, const char* sentence) {
  if (value.empty()) refuse(sentence);
  return value;
}

const std::string& store_of(const Options& o) {
  return required(o.store,
                  "the recording is missing; name its file, as in nats-analyzer incidents history.db");
}

DetectionOptions detection_options(const Options& o) {
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

AnalysisOptions analysis_options(const Options& o) {
  AnalysisOptions options;
  options.join = length_flag("--join", o.join);
  options.settle = length_flag("--settle", o.settle);
  if (!o.cluster.empty()) options.cluster = o.cluster;
  if (!o.server.empty()) options.server = o.server;
  options.detection = detection_options(o);
  return options;
}

[[noreturn]] void unknown_format(const Options& o, const char* known) {
  refuse(fmt::format("--format {} is not known; it is {}", printable(o.format), known));
}

void check_format(const Options& o) {
  if (o.format != "text" && o.format != "json" && o.format != "csv" && o.format != "markdown")
    unknown_format(o, "text, json, csv or markdown");
}

std::vector<Annotation> annotations_of(const Options& o) {
  return o.annotations.empty() ? std::vector<Annotation>() : read_annotations(o.annotations);
}

Analysis analyse(const Options& o, const AnalyzerWorld& world) {
  return analyse(store_of(o), o.window, analysis_options(o), world.progress);
}

Exit incidents(const Options& o, const AnalyzerWorld& world) {
  check_format(o);
  const auto annotations = annotations_of(o);
  const auto analysis = analyse(o, world);
  if (o.format == "json")
    world.out << incidents_json(analysis);
  else if (o.format == "csv")
    world.out << incidents_csv(analysis);
  else if (o.format == "markdown")
    world.out << incidents_markdown(analysis, annotations);
  else
    world.out << incidents_text(analysis, world.terminal);
  return Exit::done;
}

Exit timeline(const Options& o, const AnalyzerWorld& world) {
  check_format(o);
  const auto annotations = annotations_of(o);
  const auto analysis = analyse(o, world);
  if (o.format == "json")
    world.out << incidents_json(analysis);
  else if (o.format == "csv")
    world.out << timeline_csv(analysis, annotations);
  else if (o.format == "markdown")
    world.out << timeline_markdown(analysis, annotations);
  else
    world.out << timeline_text(analysis, world.terminal, annotations);
  return Exit::done;
}

Exit report(const Options& o, const AnalyzerWorld& world) {
  if (o.html.empty() && o.csv.empty())
    refuse("there is nothing to write; give --html FILE, --csv DIR or both");
  const auto annotations = annotations_of(o);
  const auto analysis = analyse(o, world);
  if (!o.incident.empty()) find_incident(analysis, o.incident);
  if (!o.html.empty()) {
    HtmlOptions options;
    if (!o.incident.empty()) options.incident = o.incident;
    write_file(o.html, report_html(analysis, annotations, options));
  }
  if (!o.csv.empty()) {
    std::error_code error;
    std::filesystem::create_directories(o.csv, error);
    write_file(std::filesystem::path(o.csv) / "incidents.csv", incidents_csv(analysis));
    write_file(std::filesystem::path(o.csv) / "timeline.csv", timeline_csv(analysis, annotations));
  }
  return Exit::done;
}

Exit servers(const Options& o, const AnalyzerWorld& world) {
  if (o.format != "text" && o.format != "json") unknown_format(o, "text or json");
  const auto recording = Recording::open(store_of(o));
  const auto epochs = recording.epochs();
  std::optional<Time> at;
  if (!o.at.empty()) at = moment_flag("--at", o.at, epochs);
  Replay story;
  replay(recording, epochs, at, story, world.progress);
  const auto mesh = mesh_of(story);
  world.out << (o.format == "json" ? mesh_json(mesh) : mesh_text(mesh, world.terminal));
  return Exit::done;
}

Exit show(const Options& o, const AnalyzerWorld& world) {
  const auto endpoint =
      parse_endpoint(required(o.endpoint,
                              "--endpoint is missing; it is varz, routez, gatewayz, healthz, "
                              "leafz or jsz"));
  if (!endpoint)
    refuse(fmt::format("--endpoint {} is not known; it is varz, routez, gatewayz, healthz, leafz or jsz",
                       printable(o.endpoint)));
  required(o.epoch, "--epoch is missing; give its number or a time");
  required(o.server, "--server is missing; give a server's name or its target");
  const auto recording = Recording::open(store_of(o));
  world.out << body_of(recording, find_epoch(o.epoch, recording.epochs()), o.server, *endpoint);
  return Exit::done;
}

int check(const Options& o, const AnalyzerWorld& world) {
  CheckOptions options;
  if (const auto recent = length_flag("--recent", o.recent)) options.recent = *recent;
  options.max_age = length_flag("--max-age", o.max_age);
  const auto analysis_choice = analysis_options(o);
  const auto& store = store_of(o);
  if (o.since_last_epoch) {
    const auto epochs = Recording::open(store).epochs();
    options.since_epoch = epochs.size() > 1 ? epochs[epochs.size() - 2].number : 0;
  }
  const auto result = check(analyse(store, {}, analysis_choice), world.now(), options);
  world.out << result.line << "\n";
  return result.code;
}

int run(const std::vector<std::string>& arguments, AnalyzerWorld world) {
  Options options;
  CommandLine line("nats-analyzer",
                   "Replays a recording of NATS servers and says what broke, when, between whom and why.");
  describe(line, options);
  const auto verb = line.parse(arguments);
  if (options.quiet) world.progress = {};
  if (verb == "check") return check(options, world);
  auto code = Exit::done;
  if (verb == "incidents") code = incidents(options, world);
  if (verb == "timeline") code = timeline(options, world);
  if (verb == "report") code = report(options, world);
  if (verb == "servers") code = servers(options, world);
  if (verb == "show") code = show(options, world);
  if (verb.empty()) world.out << line.text();
  return static_cast<int>(code);
}

}  // namespace

int run_analyzer(const std::vector<std::string>& arguments, const AnalyzerWorld& world) {
  // A monitoring system takes every code but 3 for a statement about NATS.
  const bool checking = !arguments.empty() && arguments.front() == "check";
  constexpr int unknown = 3;
  const auto fail = [&](const std::string& sentence, Exit code) {
    if (checking) world.out << "NATS UNKNOWN - " << sentence << "\n";
    world.err << "nats-analyzer: " << sentence << std::endl;
    return checking ? unknown : static_cast<int>(code);
  };
  try {
    return run(arguments, world);
  } catch (const Failure& failure) {
    return fail(failure.what(), failure.code());
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory", Exit::partly);
  } catch (const std::exception& error) {
    return fail(fmt::format("something unexpected went wrong: {}", printable(error.what())), Exit::partly);
  }
}

}  // namespace natsrec
