#pragma once
#include "collector/collect.hpp"
#include "collector/config.hpp"
#include "collector/log.hpp"
#include "schema/command_line.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// The command line as it was typed.
struct CollectorOptions {
  std::string store, config, interval, timeout, budget, jitter, folder;
  std::string log_format, log_level;
  std::string max_age, max_size, since, until, lead_in, output;
  std::string format = "text";
  std::vector<std::string> targets, captures;
  std::optional<std::int64_t> epochs;
  bool quiet = false, verbose = false, quick = false, dry_run = false, redact = false;
};

/// What each verb takes; parsing fills the options.
void describe_verbs(CommandLine& line, CollectorOptions& options);

/// What --config names, or what --target says.
Config config_of(const CollectorOptions& options);
/// Failure(Exit::usage) if it is empty.
std::string require_store(const std::string& store);
/// The store that flags or configuration name.
std::string store_of(const CollectorOptions& options, const Config& config);
/// Flags win over the configuration, here and below.
Retention retention_of(const CollectorOptions& options, const Config& config);
/// Failure(Exit::usage) for what does not go together. What only looks needs no store.
Job job_of(const CollectorOptions& options, bool needs_store = true);

/// What of `watch`'s log is written, and how.
struct LogOptions {
  LogLevel least = LogLevel::info;
  LogFormat format = LogFormat::text;
};
/// --quiet and --verbose are levels too.
LogOptions log_options(const CollectorOptions& options);

}  // namespace natsrec
