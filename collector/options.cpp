#include "collector/options.hpp"

#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

void add_polling(CLI::App& verb, CollectorOptions& options) {
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

void add_jitter(CLI::App& verb, CollectorOptions& options) {
  verb.add_option("--jitter", options.jitter,
                  "Begin later by up to this much, the same for each epoch of a store: for many on one host")
      ->type_name("TIME");
}

void add_retention(CLI::App& verb, CollectorOptions& options) {
  verb.add_option("--max-age", options.max_age,
                  "Keep what is no older than this before the newest epoch, as in 90d")
      ->type_name("TIME");
  verb.add_option("--max-size", options.max_size, "Keep what fits in a file of this size, as in 20GiB")
      ->type_name("BYTES");
}

CLI::App& verb(CommandLine& line, CollectorOptions& options, const std::string& name,
               const std::string& description) {
  CLI::App& verb = line.verb(name, description);
  verb.add_option("--store", options.store, "The recording, as in history.db")->type_name("FILE");
  auto* quiet = verb.add_flag("--quiet", options.quiet, "Say nothing but errors");
  verb.add_flag("--verbose", options.verbose, "Say more")->excludes(quiet);
  return verb;
}

}  // namespace

void describe_verbs(CommandLine& line, CollectorOptions& options) {
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
  add_jitter(collect, options);
  collect.add_flag("--dry-run", options.dry_run, "Print what would be asked; ask and record nothing");
  CLI::App& watch = verb(line, options, "watch", "Record epochs in a loop, on the clock's grid");
  add_polling(watch, options);
  add_retention(watch, options);
  watch.add_option("--every,--interval", options.interval, "Time between epochs, as in 15s")
      ->type_name("TIME");
  add_jitter(watch, options);
  watch.add_option("--log-format", options.log_format, "text (default) or json")->type_name("FORMAT");
  watch.add_option("--log-level", options.log_level, "debug, info (default), warning or error")
      ->type_name("LEVEL");
  watch.add_option("--epochs", options.epochs, "Stop after so many")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  CLI::App& import = verb(line, options, "import", "Add the epochs of capture directories");
  import.add_option("PATH", options.captures, "Capture directories")->type_name("");
  CLI::App& export_ = verb(line, options, "export", "Write the recording as a capture directory");
  export_.add_option("DIR", options.folder, "Folder to be made")->type_name("");
  CLI::App& status = verb(line, options, "status", "Say what the recording holds");
  status.add_option("--format", options.format, "text, json or metrics (for Prometheus)")
      ->type_name("FORMAT");
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
  cut.add_flag("--redact", options.redact,
               "Other names for clusters, servers, accounts and hosts, in every body");
  cut.add_option("-o,--output", options.output, "The recording to be made")->type_name("FILE");
  CLI::App& recover = verb(line, options, "recover", "Save what is whole of a damaged recording");
  recover.add_option("-o,--output", options.output, "The recording to be made")->type_name("FILE");
}

Config config_of(const CollectorOptions& options) {
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

static std::string store_named(const CollectorOptions& options, const Config& config) {
  return options.store.empty() && config.store ? config.store->string() : options.store;
}

std::string store_of(const CollectorOptions& options, const Config& config) {
  return require_store(store_named(options, config));
}

Retention retention_of(const CollectorOptions& options, const Config& config) {
  Retention out;
  const auto age = length_flag("--max-age", options.max_age);
  const auto size = size_flag("--max-size", options.max_size);
  out.age = age ? age : config.max_age;
  if (size || config.max_size) out.size = size ? *size : *config.max_size;
  return out;
}

namespace {

/// Late by the same amount for each epoch, so that epochs stay evenly spaced.
Duration offset_of(const std::filesystem::path& store, Duration jitter) {
  if (jitter <= Duration::zero()) return {};
  std::error_code none;  // what only looks may have no store
  const auto whole = std::filesystem::absolute(store, none).lexically_normal().string();
  const auto hash = std::hash<std::string>{}(whole);
  return Duration{static_cast<Duration::rep>(hash % static_cast<std::uint64_t>(jitter.count()))};
}

/// An epoch is over before the next one begins.
void check_times(const Job& job, Duration jitter) {
  if (!job.interval) return;
  const Duration interval = *job.interval;
  const auto refuse_time = [&](const std::string& what) {
    refuse(fmt::format("{} not below the interval of {}; take less, or look less often", what,
                       format_duration(interval)));
  };
  if (jitter >= interval) refuse_time(fmt::format("the jitter of {} is", format_duration(jitter)));
  if (job.fetch.timeout >= interval)
    refuse_time(fmt::format("the timeout of {} is", format_duration(job.fetch.timeout)));
  if (jitter == Duration::zero() && job.fetch.budget >= interval)
    refuse_time(fmt::format("the budget of {} is", format_duration(job.fetch.budget)));
  if (job.fetch.budget + jitter >= interval)
    refuse_time(fmt::format("the budget of {} and the jitter of {} together are",
                            format_duration(job.fetch.budget), format_duration(jitter)));
}

}  // namespace

Job job_of(const CollectorOptions& options, bool needs_store) {
  Config config = config_of(options);
  Job job;
  job.store = store_named(options, config);
  if (needs_store) require_store(job.store.string());
  if (config.sources.empty())
    refuse("there is nothing to poll; give --target URL, or --config FILE with a [[target]]");
  job.sources = std::move(config.sources);
  job.clusters = std::move(config.clusters);
  const auto interval = length_flag("--interval", options.interval);
  job.interval = interval ? interval : config.interval;
  const auto jitter_flag = length_flag("--jitter", options.jitter);
  const Duration jitter = jitter_flag ? *jitter_flag : config.jitter.value_or(Duration::zero());
  job.offset = offset_of(job.store, jitter);
  const auto budget = length_flag("--budget", options.budget);
  const Duration usual_budget =
      job.interval ? std::min<Duration>(20s, (*job.interval - jitter) * 2 / 3) : Duration{20s};
  job.fetch.budget = budget ? *budget : config.budget.value_or(usual_budget);
  const auto timeout = length_flag("--timeout", options.timeout);
  job.fetch.timeout =
      timeout ? *timeout : config.timeout.value_or(std::min<Duration>(5s, job.fetch.budget / 2));
  job.retention = retention_of(options, config);
  job.fetch.max_body = config.max_body.value_or(64u << 20);
  job.fetch.endpoints = config.endpoints.value_or(
      std::vector{Endpoint::varz, Endpoint::routez, Endpoint::gatewayz, Endpoint::healthz});
  job.probe_ports = config.probe_ports;
  check_times(job, jitter);
  return job;
}

LogOptions log_options(const CollectorOptions& options) {
  const Config config = options.config.empty() ? Config{} : load_config(options.config);
  LogOptions out{config.log_level.value_or(LogLevel::info), config.log_format.value_or(LogFormat::text)};
  if (!options.log_level.empty()) {
    const auto level = parse_log_level(options.log_level);
    if (!level)
      refuse(fmt::format("--log-level {} is not known; it is debug, info, warning or error",
                         printable(options.log_level)));
    out.least = *level;
  }
  if (!options.log_format.empty()) {
    const auto format = parse_log_format(options.log_format);
    if (!format)
      refuse(fmt::format("--log-format {} is not known; it is text or json", printable(options.log_format)));
    out.format = *format;
  }
  if (options.quiet) out.least = LogLevel::error;
  if (options.verbose) out.least = LogLevel::debug;
  return out;
}

}  // namespace natsrec
