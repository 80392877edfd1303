#include "collector/log.hpp"

#include "schema/names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>

namespace natsrec {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> formats{"text", "json"};

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) { return parse_name<LogLevel>(levels, text); }
std::optional<LogFormat> parse_log_format(std::string_view text) {
  return parse_name<LogFormat>(formats, text);
}

std::string format_line(const LogLine& line, LogFormat format, Time now) {
  const std::string_view level = levels.at(static_cast<std::size_t>(line.level));
  if (format == LogFormat::text)
    return line.level == LogLevel::info ? line.text : fmt::format("{}: {}", level, line.text);
  using Json = nlohmann::ordered_json;
  Json out{{"time", format_time(now)}, {"level", level}, {"message", line.text}};
  for (const auto& [what, figure] : line.figures) {
    // Counts without a fraction, as people and parsers expect them.
    const auto whole = static_cast<std::int64_t>(figure);
    if (static_cast<double>(whole) == figure) {
      out[std::string{what}] = whole;
    } else {
      out[std::string{what}] = figure;
    }
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace natsrec
