#pragma once
#include "schema/time.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace natsrec {

enum class LogLevel { debug, info, warning, error };
std::optional<LogLevel> parse_log_level(std::string_view text);

enum class LogFormat { text, json };
std::optional<LogFormat> parse_log_format(std::string_view text);

/// What `watch` has to say.
struct LogLine {
  LogLevel level = LogLevel::info;
  std::string text;  ///< one line
  std::vector<std::pair<std::string_view, double>>
      figures{};  ///< for programs; the text tells them to people
};
using Log = std::function<void(const LogLine&)>;

/// One line, without its end. Text bears no time, for who keeps it adds one, and no level where that is info.
std::string format_line(const LogLine& line, LogFormat format, Time now);

}  // namespace natsrec
