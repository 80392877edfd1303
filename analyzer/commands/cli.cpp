#include "analyzer/commands/analysis.hpp"
#include "analyzer/commands/annotations.hpp"
#include "analyzer/commands/body.hpp"
#include "analyzer/commands/configuration.hpp"
#include "analyzer/commands/exhibits.hpp"
#include "analyzer/commands/follow.hpp"
#include "analyzer/commands/inventory.hpp"
#include "analyzer/commands/options.hpp"
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
#include "analyzer/report/news.hpp"
#include "analyzer/report/redact.hpp"
#include "analyzer/report/text.hpp"
#include "schema/command_line.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <ostream>

namespace natsrec {
namespace {

std::vector<Annotation> annotations_of(const AnalyzerOptions& o) {
  return o.annotations.empty() ? std::vector<Annotation>() : read_annotations(o.annotations);
}

std::function<void(const std::string&)> notes(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  if (!o.verbose) return {};
  return [&world](const std::string& what) {
    world.err << "nats-analyzer: no facts from " << what << std::endl;
  };
}

Analysis analyse(const AnalyzerOptions& o, const AnalyzerWorld& world, bool lanes = false) {
  return analyse(store_of(o), o.window, analysis_options(o),
                 {world.progress, notes(o, world), !o.no_facts, lanes});
}

/// What a report tells of, under other names if that is wanted.
struct Story {
  Analysis analysis;
  std::vector<Annotation> annotations;
  std::optional<Redactor> redactor;
};

Story story_of(const AnalyzerOptions& o, const AnalyzerWorld& world, bool lanes = false) {
  Story story{{}, annotations_of(o), {}};  // notes first: a mistake in them should not cost a replay
  story.analysis = analyse(o, world, lanes);
  if (!o.redact) return story;
  story.redactor.emplace(story.analysis);
  story.redactor->analysis(story.analysis);
  story.redactor->annotations(story.annotations);
  return story;
}

/// Until the user has seen enough.
template <class News>
Exit follow(const AnalyzerOptions& o, const AnalyzerWorld& world, News news) {
  const auto every = follow_every(o);
  Follower follower(store_of(o), o.window, analysis_options(o),
                    {world.progress, notes(o, world), !o.no_facts, false});
  const auto first = follower.next();
  if (!world.wait(Duration::zero())) return Exit::done;
  world.out << news.tell(*first) << std::flush;
  while (world.wait(every))
    if (const auto analysis = follower.next()) world.out << news.tell(*analysis) << std::flush;
  return Exit::done;
}

Exit incidents(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  check_format(o);
  if (o.follow) return follow(o, world, IncidentNews(world.terminal));
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

Exit timeline(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  check_format(o);
  if (o.follow) return follow(o, world, TimelineNews(world.terminal, annotations_of(o)));
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

Exit report(const AnalyzerOptions& o, const AnalyzerWorld& world) {
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

Mesh mesh_at(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  const auto recording = Recording::open(store_of(o));
  std::optional<Time> at;
  if (!o.at.empty()) at = moment_flag("--at", o.at, recording.newest(1));
  if (!at && !o.no_facts)
    if (const auto facts = facts::Facts::open(recording, store_of(o), {world.progress, notes(o, world)}))
      if (const auto story = facts->replay()) return mesh_of(*story);
  Replay story;
  replay(recording, {.until = at}, story, world.progress);
  return mesh_of(story);
}

Exit servers(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  if (o.format != "text" && o.format != "json") unknown_format(o, "text or json");
  const auto mesh = mesh_at(o, world);
  world.out << (o.format == "json" ? mesh_json(mesh) : mesh_text(mesh, world.terminal));
  return Exit::done;
}

Exit show(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  const auto endpoint =
      parse_endpoint(required(o.endpoint,
                              "--endpoint is missing; it is varz, routez, gatewayz, healthz, "
                              "leafz, jsz, envelope or ports"));
  if (!endpoint)
    refuse(fmt::format(
        "--endpoint {} is not known; it is varz, routez, gatewayz, healthz, leafz, jsz, envelope or ports",
        printable(o.endpoint)));
  required(o.epoch, "--epoch is missing; give its number or a time");
  required(o.server, "--server is missing; give a server's name or its target");
  const auto recording = Recording::open(store_of(o));
  world.out << body_of(recording, find_epoch(o.epoch, recording), o.server, *endpoint);
  return Exit::done;
}

std::string written(const Table& table, const std::string& format) {
  if (format == "csv") return table_csv(table);
  if (format == "json") return table_json(table);
  if (format == "markdown") return table_markdown(table);
  return table_text(table);
}

Exit query(AnalyzerOptions o, const AnalyzerWorld& world) {
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

Exit index(const AnalyzerOptions& o, const AnalyzerWorld& world) {
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

Exit gauges(const AnalyzerOptions& o, const AnalyzerWorld& world) {
  const auto text = metrics(analyse(o, world, true));
  if (o.output.empty())
    world.out << text;
  else
    write_file(o.output, text);
  return Exit::done;
}

int check(const AnalyzerOptions& o, const AnalyzerWorld& world) {
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
  AnalyzerOptions options;
  CommandLine line("nats-analyzer",
                   "Replays a recording of NATS servers and says what broke, when, between whom and why.");
  describe_verbs(line, options);
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
