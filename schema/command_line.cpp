#include "schema/command_line.hpp"

#include "schema/nearest.hpp"
#include "schema/printable.hpp"
#include "schema/size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace natsrec {

void refuse(const std::string& sentence) { throw Failure(Exit::usage, sentence); }

std::optional<Duration> length_flag(const std::string& flag, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto length = parse_duration(text);
  if (!length || *length <= Duration::zero())
    refuse(fmt::format("{} \"{}\" is no length of time above 0; write it as in 500ms, 15s or 1m", flag,
                       printable(text)));
  return length;
}

Time moment_flag(const std::string& flag, const std::string& text, const std::vector<EpochInfo>& epochs) {
  if (const auto time = parse_time(text)) return *time;
  const auto back = parse_duration(text);
  if (!back)
    refuse(
        fmt::format("{} \"{}\" is no time; write it as in 2026-11-21T03:12:00Z, or as 90m, 24h or 7d before "
                    "the end of the recording",
                    flag, printable(text)));
  return (epochs.empty() ? Time{} : epochs.back().ended) - *back;
}

std::optional<std::size_t> size_flag(const std::string& flag, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto size = parse_size(text);
  if (!size || *size == 0)
    refuse(fmt::format("{} \"{}\" is no number of bytes above 0; write it as in 65536, 512KiB or 1MiB", flag,
                       printable(text)));
  return size;
}

std::optional<int> count_flag(const std::string& flag, const std::string& text, int least) {
  if (text.empty()) return std::nullopt;
  int count = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, count);
  if (error != std::errc{} || end != last || count < least)
    refuse(fmt::format("{} \"{}\" is no number of at least {}", flag, printable(text), least));
  return count;
}

CommandLine::CommandLine(const std::string& program, const std::string& description, std::string default_verb)
    : program_(program), default_verb_(std::move(default_verb)), app_(description, program) {
  app_.require_subcommand(1);
  app_.set_version_flag("--version", program_ + " " NATSREC_VERSION, "Print the version and exit");
}

CLI::App& CommandLine::verb(const std::string& name, const std::string& description) {
  CLI::App& verb = *app_.add_subcommand(name, description);
  verb.allow_extras();  // to name the nearest known flag ourselves
  verb.set_version_flag("--version", program_ + " " NATSREC_VERSION, "Print the version and exit");
  return verb;
}

std::vector<std::string> CommandLine::verbs() const {
  std::vector<std::string> names;
  for (const CLI::App* verb : app_.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

void CommandLine::refuse_unknown(const CLI::App& verb) const {
  const auto left = verb.remaining();
  if (left.empty()) return;
  const std::string& word = left.front();
  if (!word.starts_with('-'))
    refuse(fmt::format("\"{}\" is not expected after {}; the verb comes first", printable(word),
                       verb.get_name()));
  std::vector<std::string> known;
  for (const CLI::Option* option : verb.get_options())
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  const std::string flag = word.substr(0, word.find('='));
  refuse(fmt::format("unknown flag {}{}", printable(flag), suggestion(flag, known)));
}

std::string CommandLine::parse(std::vector<std::string> arguments) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  const auto known = verbs();
  const bool has_verb = std::find(known.begin(), known.end(), first) != known.end();
  if (!has_verb && !first.empty() && !first.starts_with('-'))
    refuse(fmt::format("unknown verb {}{}", printable(first), suggestion(first, known)));
  if (!has_verb && first != "--help" && first != "-h" && first != "--version") {
    if (default_verb_.empty()) refuse(fmt::format("a verb is missing; known are {}", fmt::join(known, ", ")));
    arguments.insert(arguments.begin(), default_verb_);
  }
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app_.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    text_ = app_.help();
    return "";
  } catch (const CLI::CallForVersion&) {
    text_ = program_ + " " NATSREC_VERSION "\n";
    return "";
  } catch (const CLI::ParseError& error) {
    refuse(fmt::format("{}; see {} --help", printable(error.what()), program_));
  }
  const CLI::App& verb = *app_.get_subcommands().front();
  refuse_unknown(verb);
  return verb.get_name();
}

}  // namespace natsrec
