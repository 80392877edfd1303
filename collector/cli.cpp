#include "collector/cli.hpp"

#include "collector/collect.hpp"
#include "collector/lock.hpp"
#include "collector/options.hpp"
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

namespace natsrec {
namespace {

using namespace std::chrono_literals;

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

Exit targets(const CollectorOptions& options, CollectorWorld& world) {
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

Exit collect(const CollectorOptions& options, CollectorWorld& world) {
  if (options.dry_run) return dry_run(job_of(options, false), world);
  Job job = job_of(options);
  job.fetch.last = true;
  if (job.offset > Duration::zero() && world.clock.wait(job.offset) == Clock::Wake::stop) return Exit::partly;
  const auto epoch = collect_epoch(job, world.clock, world.network);
  if (!epoch) throw held(job.store);
  // Silent by default: cron sends mail for what is printed.
  if (options.verbose) world.err << describe(*epoch, true) << std::endl;
  if (!epoch->not_pruned.empty())
    throw Failure(Exit::partly,
                  fmt::format("the epoch is recorded, but nothing was pruned: {}", epoch->not_pruned));
  return Exit::done;
}

Exit watch(const CollectorOptions& options, CollectorWorld& world) {
  LogOptions wanted;
  const auto read_job = [&] {
    Job job = job_of(options);
    wanted = log_options(options);  // all of it is right, or nothing of it is taken up
    return job;
  };
  const auto every = read_job().interval;
  if (!every) refuse("--every is missing; say how often, as in --every 15s");
  if (*every < 100ms) refuse("--every is below 100ms, which is no use to anybody; take a longer time");
  const auto log = [&](const LogLine& line) {
    if (line.level >= wanted.least)
      world.err << format_line(line, wanted.format, world.clock.now()) << std::endl;
  };
  return watch({*every, options.epochs}, read_job, world.clock, world.network, log, world.supervisor);
}

/// Says what was done and what was not.
Exit report(const char* done, const Transfer& transfer, const CollectorOptions& options,
            CollectorWorld& world) {
  for (const auto& sentence : transfer.refused) world.err << "nats-collector: " << sentence << "\n";
  if (!options.quiet) {
    for (const auto& note : transfer.notes) world.err << "nats-collector: " << note << "\n";
    world.out << fmt::format("{} {} epochs, {} snapshots\n", done, transfer.epochs, transfer.snapshots);
  }
  return transfer.refused.empty() ? Exit::done : Exit::partly;
}

Exit import(const CollectorOptions& options, CollectorWorld& world) {
  const std::filesystem::path store = require_store(options.store);
  if (options.captures.empty()) refuse("no capture is named; write import --store history.db PATH");
  const auto lock = StoreLock::try_acquire(store);
  if (!lock) throw held(store);
  Recorder recorder = Recorder::open(store);
  return report("imported", import_captures(recorder, {options.captures.begin(), options.captures.end()}),
                options, world);
}

Exit export_(const CollectorOptions& options, CollectorWorld& world) {
  const Recording recording = Recording::open(require_store(options.store));
  if (options.folder.empty()) refuse("no folder is named; write export --store history.db DIR");
  return report("exported", export_capture(recording, options.folder), options, world);
}

Exit status(const CollectorOptions& options, CollectorWorld& world) {
  if (options.format != "text" && options.format != "json" && options.format != "metrics") {
    refuse(fmt::format("--format {} is not known; it is text, json or metrics", printable(options.format)));
  }
  const Config config = config_of(options);
  const Status status = status_of(store_of(options, config), retention_of(options, config));
  world.out << (options.format == "json"      ? to_json(status)
                : options.format == "metrics" ? to_metrics(status)
                                              : to_text(status));
  return Exit::done;
}

Exit verify(const CollectorOptions& options, CollectorWorld& world) {
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

Exit prune(const CollectorOptions& options, CollectorWorld& world) {
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

const std::string& require_output(const CollectorOptions& options, const char* sentence) {
  if (options.output.empty()) refuse(sentence);
  return options.output;
}

Exit backup(const CollectorOptions& options, CollectorWorld& world) {
  const std::string& to = require_output(options, "no file is named; write backup --store history.db FILE");
  natsrec::backup(std::filesystem::path{require_store(options.store)}, std::filesystem::path{to});
  if (!options.quiet) world.out << fmt::format("copied to {}\n", printable(to));
  return Exit::done;
}

Exit cut(const CollectorOptions& options, CollectorWorld& world) {
  const std::filesystem::path store = require_store(options.store);
  const std::string& to =
      require_output(options, "-o is missing; name the recording to be made, as in -o slice.db");
  if (options.since.empty()) refuse("--since is missing; say from when, as in --since 24h");
  const auto epochs = Recording::open(store).newest(1);
  const Time since = moment_flag("--since", options.since, epochs);
  const Time until = options.until.empty() ? (epochs.empty() ? since : epochs.back().ended)
                                           : moment_flag("--until", options.until, epochs);
  if (until < since) refuse("--until lies before --since; give the earlier time to --since");
  const Slice done = natsrec::cut(store, to, since, until,
                                  length_flag("--lead-in", options.lead_in).value_or(24h), options.redact);
  if (!options.quiet)
    world.out << fmt::format(
        "{} epochs, {} of them before the span; report them with nats-analyzer incidents {}\n", done.epochs,
        done.lead_in, printable(to));
  return Exit::done;
}

Exit recover(const CollectorOptions& options, CollectorWorld& world) {
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
  CollectorOptions options;
  CommandLine line("nats-collector",
                   "Records the monitoring answers of NATS servers, one epoch after another, in one file.",
                   "collect");
  describe_verbs(line, options);
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
