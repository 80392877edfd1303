#pragma once
#include "collector/log.hpp"
#include "collector/source.hpp"
#include "schema/deployment.hpp"
#include "schema/snapshot.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// What a configuration file says (TOML; samples/collector.toml has all of it with comments). Absent: not
/// said.
struct Config {
  std::optional<std::filesystem::path> store;
  std::optional<Duration> interval, timeout, budget, jitter;
  std::optional<std::size_t> max_body;
  std::optional<Duration> max_age;      ///< retention
  std::optional<std::size_t> max_size;  ///< retention
  std::optional<std::vector<Endpoint>> endpoints;
  std::optional<LogFormat> log_format;
  std::optional<LogLevel> log_level;
  bool probe_ports = false;
  std::vector<Source> sources;
  std::vector<Deployment::Cluster> clusters;
};

/// Failure(Exit::usage) "file:line: what is wrong", with the nearest known key for an unknown one.
Config load_config(const std::filesystem::path& file);
/// What a file named by a source holds: [[target]] tables only. The same failures.
std::vector<Source> load_targets(const std::filesystem::path& file);
/// The same for a text; `name` stands for the file in messages.
Config parse_config(std::string_view text, const std::string& name);

}  // namespace natsrec
