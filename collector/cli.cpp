#include "collector/cli.hpp"

#include "collector/collect.hpp"
#include "collector/config.hpp"
#include "collector/lock.hpp"
#include "collector/status.hpp"
#include "collector/watch.hpp"
#include "schema/capture.hpp"
#include "schema/command_line.hpp"
#include "schema/maintenance.hpp"
#include "schema/printable.hpp"
#include "schema/verify.hpp"

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
  std::string max_age, max_size, since, until, lead_in, output;
  std::string format = "text";
  std::vector<std::string> targets, captures;
  std::optional<std::int64_t> epochs;
  bool quiet = false, verbose = false, quick = false, dry_run = false;
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

void add_retention(CLI::App& verb, Options& options) {
  verb.add_option("--max-age", options.max_age,
                  "Keep what is no older than this before the newest epoch, as in 90d")
      ->type_name("TIME");
  verb.add_option("--max-size", options.max_size, "Keep what fits in a file of this size, as in 20GiB")
      ->type_name("BYTES");
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
  add_retention(collect, options);
  collect
      .add_option("--interval", options.interval, "How often this is run, as in 1m: what is longer is a gap")
      ->type_name("TIME");
  collect.add_flag("--dry-run", options.dry_run, "Print what would be asked; ask and record nothing");
  CLI::App& watch = verb(line, options, "watch", "Record epochs in a loop, on the clock's grid");
  add_polling(watch, options);
  add_retention(watch, options);
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
  status.add_option("--config", options.config, "Configuration (TOML) with the retention")->type_name("FILE");
  add_retention(status, options);
  CLI::App& targets = verb(line, options, "targets",
                           "Say what names and files lead to now; without them, what was asked last");
  add_polling(targets, options);
  CLI::App& verify = verb(line, options, "verify", "Prove that the recording is as it was written");
  verify.add_flag("--quick", options.quick,
                  "Open no body: what is missing, cut or swapped shows all the same");
  CLI::App& prune = verb(line, options, "prune", "Remove the oldest runs of 64 epochs, and shrink the file");
  prune.add_option("--config", options.config, "Configuration (TOML) with the retention")->type_name("FILE");
  add_retention(prune, options);
  CLI::App& backup = verb(line, options, "backup", "Copy the recording, also while it is written");
  backup.add_option("FILE", options.output, "The copy to be made")->type_name("");
  CLI::App& cut = verb(line, options, "cut", "Write a span as a recording of its own, to be sent around");
  cut.add_option("--since", options.since, "From here on: RFC 3339, or 90m, 24h, 7d before the end")
      ->type_name("TIME");
  cut.add_option("--until", options.until, "Up to here (default: the end)")->type_name("TIME");
  cut.add_option("--lead-in", options.lead_in,
                 "What goes before it for an analysis to learn from (default 24h)")
      ->type_name("TIME");
  cut.add_option("-o,--output", options.output, "The recording to be made")->type_name("FILE");
  CLI::App& recover = verb(line, options, "recover", "Save what is whole of a damaged recording");
  recover.add_option("-o,--output", options.output, "The recording to be made")->type_name("FILE");
}

Config config_of(const Options& options) {
  if (!options.config.empty() && !options.targets.empty()) refuse("give --config or --target, not both");
  if (!options.config.empty()) return load_config(options.config);
  Config out;
  std::set<std::string> labels;
  for (const auto& url : options.targets) {
    out.sources.push_back({Source::Kind::url, make_target(url), {}});
    const std::string& label = out.sources.back().target.label;
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
Retention retention_of(const Options& options, const Config& config) {
  Retention out;
  const auto age = length_flag("--max-age", options.max_age);
  const auto size = size_flag("--max-size", options.max_size);
  out.age = age ? age : config.max_age;
  if (size || config.max_size) out.size = size ? *size : *config.max_size;
  return out;
}

/// Flags win over the configuration. What only looks needs no store.
Job job_of(const Options& options, bool needs_store = true) {
  Config config = config_of(options);
  Job job;
  job.store = options.store.empty() && config.store ? config.store->string() : options.store;
  if (needs_store) require_store(job.store.string());
  if (config.sources.empty())
    refuse("there is nothing to poll; give --target URL, or --config FILE with a [[target]]");
  job.sources = std::move(config.sources);
  job.clusters = std::move(config.clusters);
  const auto interval = length_flag("--interval", options.interval);
  job.interval = interval ? interval : config.interval;
  const auto budget = length_flag("--budget", options.budget);
  const Duration usual_budget = job.interval ? std::min<Duration>(20s, *job.interval * 2 / 3) : Duration{20s};
  job.fetch.budget = budget ? *budget : config.budget.value_or(usual_budget);
  const auto timeout = length_flag("--timeout", options.timeout);
  job.fetch.timeout =
      timeout ? *timeout : config.timeout.value_or(std::min<Duration>(5s, job.fetch.budget / 2));
  job.retention = retention_of(options, config);
  job.fetch.max_body = config.max_body.value_or(64u << 20);
  job.fetch.endpoints = config.endpoints.value_or(
      std::vector{Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz});
  return job;
}

Failure held(const std::filesystem::path& store) {
  return {Exit::held,
          fmt::format("another collector holds {}; let it finish, or stop it", printable(store.string()))};
}

/// Says what names did not lead to, and what else is missing.
Exit complain(const Found& found, CollectorWorld& world) {
  for (const Snapshot& snapshot : found.failures)
    world.err << fmt::format("nats-collector: {}: {}: {}\n", printable(snapshot.target),
                             name(snapshot.failure->failure), printable(snapshot.failure->text));
  return found.failures.empty() ? Exit::done : Exit::partly;
}

Exit dry_run(const Job& job, CollectorWorld& world) {
  const Found found = find_targets(job.sources, job.store, job.fetch, world.clock, world.network.resolver);
  for (const Target& target : found.targets) {
    for (const Endpoint endpoint : job.fetch.endpoints)
      world.out << fmt::format("{}/{}\n", printable(target.url), name(endpoint));
  }
  return complain(found, world);
}

Exit targets(const Options& options, CollectorWorld& world) {
  Found found;
  if (options.config.empty() && options.targets.empty()) {
    for (const auto& target : asked_last(require_store(options.store)).targets)
      found.targets.push_back({target.label, target.url, {}, target.via});
  } else {
    const Job job = job_of(options, false);
    found = find_targets(job.sources, job.store, job.fetch, world.clock, world.network.resolver);
  }
  for (const Target& target : found.targets) {
    world.out << fmt::format("{} {}{}{}\n", printable(target.label), printable(target.url),
                             target.via.empty() ? "" : " by ", printable(target.via));
  }
  return complain(found, world);
}

Exit collect(const Options& options, CollectorWorld& world) {
  if (options.dry_run) return dry_run(job_of(options, false), world);
  const Job job = job_of(options);
  const auto epoch = collect_epoch(job, world.clock, world.network);
  if (!epoch) throw held(job.store);
  // Silent by default: cron sends mail for what is printed.
  if (options.verbose) world.err << describe(*epoch, true) << std::endl;
  if (!epoch->not_pruned.empty())
    throw Failure(Exit::partly,
                  fmt::format("the epoch is recorded, but nothing was pruned: {}", epoch->not_pruned));
  return Exit::done;
}

Exit watch(const Options& options, CollectorWorld& world) {
  const auto read_job = [&] { return job_of(options); };
  const auto every = read_job().interval;
  if (!every) refuse("--every is missing; say how often, as in --every 15s");
  if (*every < 100ms) refuse("--every is below 100ms, which is no use to anybody; take a longer time");
  const auto log = [&](const std::string& line) {
    if (!options.quiet) world.err << line << std::endl;
  };
  return watch({*every, options.epochs, options.verbose}, read_job, world.clock, world.network, log,
               world.supervisor);
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

/// The store that flags or configuration name.
std::string store_of(const Options& options, const Config& config) {
  return require_store(options.store.empty() && config.store ? config.store->string() : options.store);
}

Exit status(const Options& options, CollectorWorld& world) {
  if (options.format != "text" && options.format != "json") {
    refuse(fmt::format("--format {} is not known; it is text or json", printable(options.format)));
  }
  const Config config = config_of(options);
  const Status status = status_of(store_of(options, config), retention_of(options, config));
  world.out << (options.format == "json" ? to_json(status) : to_text(status));
  return Exit::done;
}

Exit verify(const Options& options, CollectorWorld& world) {
  const Verification found =
      natsrec::verify(std::filesystem::path{require_store(options.store)}, options.quick);
  for (const auto& [place, reason] : found.damage) world.out << fmt::format("{}: {}\n", place, reason);
  if (!options.quiet) {
    const std::string seen = options.quick
                                 ? fmt::format("{} epochs, no body opened", found.epochs)
                                 : fmt::format("{} epochs, {} snapshots", found.epochs, found.snapshots);
    world.out << (found.damage.empty()
                      ? fmt::format("whole: {}\n", seen)
                      : fmt::format("damaged in {} places: {}; nats-collector recover saves the rest\n",
                                    found.damage.size(), seen));
  }
  return found.damage.empty() ? Exit::done : Exit::partly;
}

Exit prune(const Options& options, CollectorWorld& world) {
  const Config config = config_of(options);
  const std::filesystem::path store = store_of(options, config);
  const Retention retention = retention_of(options, config);
  if (!retention.age && !retention.size)
    refuse("nothing says how much is to be kept; give --max-age, --max-size or a --config with them");
  Recording::open(store);  // says why it cannot be used, before anything is made
  const auto lock = StoreLock::try_acquire(store);
  if (!lock) throw held(store);
  const Pruned done = natsrec::prune(store, retention);
  if (options.quiet) return Exit::done;
  const char* why = done.by_age && done.by_size ? " by age and by size"
                    : done.by_age               ? " by age"
                    : done.by_size              ? " by size"
                                                : "";
  world.out << fmt::format("removed {} epochs in {} runs{}; {} bytes before, {} after\n", done.epochs,
                           done.runs, why, done.before, done.after);
  return Exit::done;
}

const std::string& require_output(const Options& options, const char* sentence) {
  if (options.output.empty()) refuse(sentence);
  return options.output;
}

Exit backup(const Options& options, CollectorWorld& world) {
  const std::string& to = require_output(options, "no file is named; write backup --store history.db FILE");
  natsrec::backup(std::filesystem::path{require_store(options.store)}, std::filesystem::path{to});
  if (!options.quiet) world.out << fmt::format("copied to {}\n", printable(to));
  return Exit::done;
}

Exit cut(const Options& options, CollectorWorld& world) {
  const std::filesystem::path store = require_store(options.store);
  const std::string& to =
      require_output(options, "-o is missing; name the recording to be made, as in -o slice.db");
  if (options.since.empty()) refuse("--since is missing; say from when, as in --since 24h");
  const auto epochs = Recording::open(store).newest(1);
  const Time since = moment_flag("--since", options.since, epochs);
  const Time until = options.until.empty() ? (epochs.empty() ? since : epochs.back().ended)
                                           : moment_flag("--until", options.until, epochs);
  if (until < since) refuse("--until lies before --since; give the earlier time to --since");
  const Slice done =
      natsrec::cut(store, to, since, until, length_flag("--lead-in", options.lead_in).value_or(24h));
  if (!options.quiet)
    world.out << fmt::format(
        "{} epochs, {} of them before the span; report them with nats-analyzer incidents {}\n", done.epochs,
        done.lead_in, printable(to));
  return Exit::done;
}

Exit recover(const Options& options, CollectorWorld& world) {
  const std::filesystem::path store = require_store(options.store);
  const std::string& to =
      require_output(options, "-o is missing; name the recording to be made, as in -o good.db");
  const Recovered done = natsrec::recover(store, to);
  for (const auto& sentence : done.lost) world.out << sentence << "\n";
  if (!options.quiet)
    world.out << fmt::format("saved {} epochs, {} snapshots; {} places lost\n", done.epochs, done.snapshots,
                             done.lost.size());
  return done.lost.empty() ? Exit::done : Exit::partly;
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
  if (verb == "targets") return targets(options, world);
  if (verb == "status") return status(options, world);
  if (verb == "verify") return verify(options, world);
  if (verb == "prune") return prune(options, world);
  if (verb == "backup") return backup(options, world);
  if (verb == "cut") return cut(options, world);
  if (verb == "recover") return recover(options, world);
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
