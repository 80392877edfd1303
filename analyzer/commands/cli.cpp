#include "analyzer/commands/analysis.hpp"
#include "analyzer/commands/annotations.hpp"
#include "analyzer/commands/body.hpp"
#include "analyzer/commands/configuration.hpp"
#include "analyzer/commands/exhibits.hpp"
#include "analyzer/commands/inventory.hpp"
#include "analyzer/commands/output_file.hpp"
#include "analyzer/commands/query.hpp"
#include "analyzer/commands/world.hpp"
#include "analyzer/facts/compare.hpp"
#include "analyzer/facts/facts.hpp"
#include "analyzer/facts/queries.hpp"
#include "analyzer/report/check.hpp"
#include "analyzer/report/csv.hpp"
#include "analyzer/report/html.hpp"
#include "analyzer/report/json.hpp"
#include "analyzer/report/markdown.hpp"
#include "analyzer/report/mesh.hpp"
#include "analyzer/report/metrics.hpp"
#include "analyzer/report/redact.hpp"
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
  std::string query, least, limit;
  std::string output;
  bool since_last_epoch = false, no_facts = false, verbose = false, list = false, compare = false;
  bool full_evidence = false, redact = false;
};

void add_store(CLI::App& verb, Options& o) {
  verb.add_option("STORE", o.store, "The recording, as in history.db")->type_name("");
  verb.add_flag("--quiet", o.quiet, "Do not show on the terminal how far a replay is");
}

void add_format(CLI::App& verb, Options& o, const std::string& formats) {
  verb.add_option("--format", o.format, formats)->type_name("FORMAT");
}

void add_facts(CLI::App& verb, Options& o) {
  verb.add_flag("--no-facts", o.no_facts, "Replay all of it, whatever is known from before");
  verb.add_flag("--verbose", o.verbose, "Say why facts kept from before cannot be used");
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
  verb.add_flag("--redact", o.redact,
                "Other names for clusters, servers, accounts and hosts, always the same ones");
  add_grouping(verb, o);
  add_thresholds(verb, o);
  add_facts(verb, o);
}

void describe_facts(CommandLine& line, Options& o) {
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

std::function<void(const std::string&)> notes(const Options& o, const AnalyzerWorld& world) {
  if (!o.verbose) return {};
  return [&world](const std::string& what) {
    world.err << "nats-analyzer: no facts from " << what << std::endl;
  };
}

Analysis analyse(const Options& o, const AnalyzerWorld& world, bool lanes = false) {
  return analyse(store_of(o), o.window, analysis_options(o),
                 {world.progress, notes(o, world), !o.no_facts, lanes});
}

/// What a report tells of, under other names if that is wanted.
struct Story {
  Analysis analysis;
  std::vector<Annotation> annotations;
  std::optional<Redactor> redactor;
};

Story story_of(const Options& o, const AnalyzerWorld& world, bool lanes = false) {
  Story story{{}, annotations_of(o), {}};  // notes first: a mistake in them should not cost a replay
  story.analysis = analyse(o, world, lanes);
  if (!o.redact) return story;
  story.redactor.emplace(story.analysis);
  story.redactor->analysis(story.analysis);
  story.redactor->annotations(story.annotations);
  return story;
}

Exit incidents(const Options& o, const AnalyzerWorld& world) {
  check_format(o);
  const auto [analysis, annotations, redactor] = story_of(o, world);
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
  const auto [analysis, annotations, redactor] = story_of(o, world);
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
  if (o.redact && o.full_evidence)
    refuse(
        "--full-evidence shows bodies as they are, and --redact is to hide what stands in them; give one of "
        "the two");
  auto [analysis, annotations, redactor] = story_of(o, world, true);
  if (!o.incident.empty()) find_incident(analysis, o.incident);
  if (!o.html.empty()) {
    const auto recording = Recording::open(o.store);
    Exhibits exhibits(recording);
    HtmlOptions options;
    if (!o.incident.empty()) options.incident = o.incident;
    options.advice = configuration_advice(recording);
    if (redactor)
      for (Advice& advice : options.advice)
        advice = {redactor->text(advice.subject), redactor->text(advice.text)};
    else
      options.object = [&](const Evidence& evidence) { return exhibits.object(evidence); };
    if (o.full_evidence) options.body = [&](const Evidence& evidence) { return exhibits.body(evidence); };
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

Mesh mesh_at(const Options& o, const AnalyzerWorld& world) {
  const auto recording = Recording::open(store_of(o));
  std::optional<Time> at;
  if (!o.at.empty()) at = moment_flag("--at", o.at, recording.newest(1));
  if (!at && !o.no_facts)
    if (const auto facts = facts::Facts::open(recording, store_of(o), {world.progress, notes(o, world)}))
      if (const auto story = facts->replay()) return mesh_of(*story);
  Replay story;
  replay(recording, recording.epochs(), at, story, world.progress);
  return mesh_of(story);
}

Exit servers(const Options& o, const AnalyzerWorld& world) {
  if (o.format != "text" && o.format != "json") unknown_format(o, "text or json");
  const auto mesh = mesh_at(o, world);
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

std::string written(const Table& table, const std::string& format) {
  if (format == "csv") return table_csv(table);
  if (format == "json") return table_json(table);
  if (format == "markdown") return table_markdown(table);
  return table_text(table);
}

Exit query(Options o, const AnalyzerWorld& world) {
  if (o.list) {
    world.out << list_queries();
    return Exit::done;
  }
  check_format(o);
  if (facts::find_query(o.store) && !facts::find_query(o.query)) std::swap(o.store, o.query);
  required(o.query, "the question is missing; nats-analyzer query --list tells which there are");
  const auto recording = Recording::open(store_of(o));
  const auto newest = recording.newest(1);
  std::map<std::string, std::string> given;
  const auto moment = [&](const char* name, const std::string& text) {
    if (!text.empty()) given[name] = format_time(moment_flag(std::string("--") + name, text, newest));
  };
  const auto word = [&](const char* name, const std::string& text) {
    if (!text.empty()) given[name] = text;
  };
  moment("since", o.window.since);
  moment("until", o.window.until);
  moment("at", o.at);
  word("epoch", o.epoch);
  word("cluster", o.cluster);
  word("server", o.server);
  word("least", o.least);
  word("limit", o.limit);
  const facts::Audience audience{world.progress, notes(o, world)};
  auto facts = facts::Facts::open(recording, o.store, audience);
  if (!facts) facts = facts::Facts::in_memory(Recording::open(o.store), audience);
  world.out << written(run_query(*facts, o.query, given), o.format);
  return Exit::done;
}

Exit index(const Options& o, const AnalyzerWorld& world) {
  const auto recording = Recording::open(store_of(o));
  std::string why = "another analyzer is at it";
  const auto facts = facts::Facts::open(recording, o.store, {world.progress, [&](const std::string& what) {
                                                               why = what;
                                                               if (o.verbose) notes(o, world)(what);
                                                             }});
  if (!facts)
    throw Failure(Exit::partly, fmt::format("no facts could be kept ({}); make the recording's folder, or "
                                            "XDG_CACHE_HOME, one you may write to",
                                            why));
  if (!o.compare) {
    world.out << fmt::format("{}\n", printable(facts->file().string()));
    return Exit::done;
  }
  const auto differences =
      facts::differences(*facts, facts::Facts::in_memory(Recording::open(o.store), {world.progress, {}}));
  for (const auto& difference : differences) world.out << difference << "\n";
  if (differences.empty()) world.out << "the facts are what the recording gives\n";
  return differences.empty() ? Exit::done : Exit::partly;
}

Exit gauges(const Options& o, const AnalyzerWorld& world) {
  const auto text = metrics(analyse(o, world));
  if (o.output.empty())
    world.out << text;
  else
    write_file(o.output, text);
  return Exit::done;
}

int check(const Options& o, const AnalyzerWorld& world) {
  CheckOptions options;
  if (const auto recent = length_flag("--recent", o.recent)) options.recent = *recent;
  options.max_age = length_flag("--max-age", o.max_age);
  const auto& store = store_of(o);
  if (o.since_last_epoch) {
    const auto newest = Recording::open(store).newest(2);
    options.since_epoch = newest.size() > 1 ? newest.front().number : 0;
  }
  const auto result = check(analyse(o, world), world.now(), options);
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
  if (verb == "metrics") code = gauges(options, world);
  if (verb == "servers") code = servers(options, world);
  if (verb == "show") code = show(options, world);
  if (verb == "query") code = query(options, world);
  if (verb == "index") code = index(options, world);
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
