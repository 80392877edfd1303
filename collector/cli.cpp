#include "collector/cli.hpp"

#include "collector/collect.hpp"
#include "collector/config.hpp"
#include "collector/lock.hpp"
#include "collector/status.hpp"
#include "collector/watch.hpp"
#include "schema/capture.hpp"
#include "schema/command_line.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

/// The command line as it was typed.
struct Options {
  std::string store, config, interval, timeout, budget, folder;
  std::string format = "text";
  std::vector<std::string> targets, captures;
  std::optional<std::int64_t> epochs;
  bool quiet = false, verbose = false;
};

void add_polling(CLI::App& verb, Options& options) {
  verb.add_option("--config", options.config, "Configuration (TOML)")->type_name("FILE");
  verb.add_option("--target", options.targets, "Monitoring URL, as in http://10.0.0.1:8222; may be repeated")
      ->type_name("URL")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--timeout", options.timeout, "For one request (default 5s, at most half the budget)")
      ->type_name("TIME");
  verb.add_option("--budget", options.budget, "For a whole epoch (default 20s, at most 2/3 of the interval)")
      ->type_name("TIME");
}

CLI::App& verb(CommandLine& line, Options& options, const std::string& name, const std::string& description) {
  CLI::App& verb = line.verb(name, description);
  verb.add_option("--store", options.store, "The recording, as in history.db")->type_name("FILE");
  auto* quiet = verb.add_flag("--quiet", options.quiet, "Say nothing but errors");
  verb.add_flag("--verbose", options.verbose, "Say more")->excludes(quiet);
  return verb;
}

void describe(CommandLine& line, Options& options) {
  line.footer(
      "Without a verb: collect.\n"
      "Exit codes: 0 done (servers being down is data), 1 some of the work failed, 2 usage or "
      "configuration,\n"
      "3 the recording cannot be used, 4 another collector holds it.");
  CLI::App& collect = verb(line, options, "collect", "Record one epoch; for cron");
  add_polling(collect, options);
  collect
      .add_option("--interval", options.interval, "How often this is run, as in 1m: what is longer is a gap")
      ->type_name("TIME");
  CLI::App& watch = verb(line, options, "watch", "Record epochs in a loop, on the clock's grid");
  add_polling(watch, options);
  watch.add_option("--every,--interval", options.interval, "Time between epochs, as in 15s")
      ->type_name("TIME");
  watch.add_option("--epochs", options.epochs, "Stop after so many")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  CLI::App& import = verb(line, options, "import", "Add the epochs of capture directories");
  import.add_option("PATH", options.captures, "Capture directories")->type_name("");
  CLI::App& export_ = verb(line, options, "export", "Write the recording as a capture directory");
  export_.add_option("DIR", options.folder, "Folder to be made")->type_name("");
  CLI::App& status = verb(line, options, "status", "Say what the recording holds");
  status.add_option("--format", options.format, "text or json")->type_name("FORMAT");
}

Config config_of(const Options& options) {
  if (!options.config.empty() && !options.targets.empty()) refuse("give --config or --target, not both");
  if (!options.config.empty() && !options.targets.empty()) refuse("give --config or --target, not both");
  if (!options.config.empty()) return load_config(options.config);
  Config out;
  std::set<std::string> labels;
  for (const auto& url : options.targets) {
    out.targets.push_back(make_target(url));
    const std::string& label = out.targets.back().label;
    if (!labels.insert(label).second) {
      refuse(fmt::format("two targets are {}; name them in a configuration file, or leave one out",
                         printable(label)));
    }
  }
  return out;
}

std::string require_store(const std::string& store) {
  if (store.empty()) refuse("--store is missing; name the recording's file, as in --store history.db");
  return store;
}

/// Flags win over the configuration.
Job job_of(const Options& options) {
  Config config = config_of(options);
  Job job;
  job.store = require_store(options.store.empty() && config.store ? config.store->string() : options.store);
  if (config.targets.empty())
    refuse("there is nothing to poll; give --target URL, or --config FILE with a [[target]]");
  job.targets = std::move(config.targets);
  job.clusters = std::move(config.clusters);
  const auto interval = length_flag("--interval", options.interval);
  job.interval = interval ? interval : config.interval;
  const auto budget = length_flag("--budget", options.budget);
  const Duration usual_budget = job.interval ? std::min<Duration>(20s, *job.interval * 2 / 3) : Duration{20s};
  job.fetch.budget = budget ? *budget : config.budget.value_or(usual_budget);
  const auto timeout = length_flag("--timeout", options.timeout);
  job.fetch.timeout =
      timeout ? *timeout : config.timeout.value_or(std::min<Duration>(5s, job.fetch.budget / 2));
  job.fetch.max_body = config.max_body.value_or(64u << 20);
  job.fetch.endpoints = config.endpoints.value_or(
      std::vector{Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz});
  return job;
}

Failure held(const std::filesystem::path& store) {
  return {Exit::held,
          fmt::format("another collector holds {}; let it finish, or stop it", printable(store.string()))};
}

Exit collect(const Options& options, CollectorWorld& world) {
  const Job job = job_of(options);
  const auto epoch = collect_epoch(job, world.clock, world.fetcher);
  if (!epoch) throw held(job.store);
  // Silent by default: cron sends mail for what is printed.
  if (options.verbose) world.err << describe(*epoch, true) << std::endl;
  return Exit::done;
}

Exit watch(const Options& options, CollectorWorld& world) {
  const Job job = job_of(options);
  if (!job.interval) refuse("--every is missing; say how often, as in --every 15s");
  if (*job.interval < 100ms) refuse("--every is below 100ms, which is no use to anybody; take a longer time");
  return watch({*job.interval, options.epochs, options.verbose}, job, world.clock, world.fetcher,
               [&](const std::string& line) {
                 if (!options.quiet) world.err << line << std::endl;
               });
}

/// Says what was done and what was not.
Exit report(const char* done, const Transfer& transfer, const Options& options, CollectorWorld& world) {
  for (const auto& sentence : transfer.refused) world.err << "nats-collector: " << sentence << "\n";
  if (!options.quiet) {
    for (const auto& note : transfer.notes) world.err << "nats-collector: " << note << "\n";
    world.out << fmt::format("{} {} epochs, {} snapshots\n", done, transfer.epochs, transfer.snapshots);
  }
  return transfer.refused.empty() ? Exit::done : Exit::partly;
}

Exit import(const Options& options, CollectorWorld& world) {
  const std::filesystem::path store = require_store(options.store);
  if (options.captures.empty()) refuse("no capture is named; write import --store history.db PATH");
  const auto lock = StoreLock::try_acquire(store);
  if (!lock) throw held(store);
  Recorder recorder = Recorder::open(store);
  return report("imported", import_captures(recorder, {options.captures.begin(), options.captures.end()}),
                options, world);
}

Exit export_(const Options& options, CollectorWorld& world) {
  const Recording recording = Recording::open(require_store(options.store));
  if (options.folder.empty()) refuse("no folder is named; write export --store history.db DIR");
  return report("exported", export_capture(recording, options.folder), options, world);
}

Exit status(const Options& options, CollectorWorld& world) {
  if (options.format != "text" && options.format != "json") {
    refuse(fmt::format("--format {} is not known; it is text or json", printable(options.format)));
  }
  const Status status = status_of(require_store(options.store));
  world.out << (options.format == "json" ? to_json(status) : to_text(status));
  return Exit::done;
}

Exit run(const std::vector<std::string>& arguments, CollectorWorld& world) {
  Options options;
  CommandLine line("nats-collector",
                   "Records the monitoring answers of NATS servers, one epoch after another, in one file.",
                   "collect");
  describe(line, options);
  const std::string verb = line.parse(arguments);
  if (verb == "collect") return collect(options, world);
  if (verb == "watch") return watch(options, world);
  if (verb == "import") return import(options, world);
  if (verb == "export") return export_(options, world);
  if (verb == "status") return status(options, world);
  world.out << line.text();
  return Exit::done;
}

}  // namespace

Exit run_collector(const std::vector<std::string>& arguments, CollectorWorld& world) {
  const auto say = [&](std::string_view sentence) {
    world.err << "nats-collector: " << sentence << std::endl;
  };
  try {
    return run(arguments, world);
  } catch (const Failure& failure) {
    say(failure.what());
    return failure.code();
  } catch (const std::bad_alloc&) {
    say("there is not enough memory");
  } catch (const std::exception& error) {
    say(fmt::format("something unexpected went wrong: {}", printable(error.what())));
  }
  return Exit::partly;
}

}  // namespace natsrec
