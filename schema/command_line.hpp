#pragma once
#include "schema/failure.hpp"
#include "schema/recording.hpp"
#include "schema/time.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// A program of verbs with flags, the same for both programs: nearest known word for a mistyped one, one
/// sentence per mistake, our exit codes instead of the library's.
class CommandLine {
 public:
  /// `default_verb` is taken where none is given; empty: a verb is required.
  CommandLine(const std::string& program, const std::string& description, std::string default_verb = {});

  /// Adds a verb; its flags are added to what is returned.
  CLI::App& verb(const std::string& name, const std::string& description);
  void footer(const std::string& text) { app_.footer(text); }

  /// The verb to run; empty if only help or the version was wanted, which is then in text().
  /// Failure(Exit::usage) on anything that is not understood.
  std::string parse(std::vector<std::string> arguments);
  const std::string& text() const { return text_; }

 private:
  std::vector<std::string> verbs() const;
  void refuse_unknown(const CLI::App& verb) const;

  std::string program_, default_verb_, text_;
  CLI::App app_;
};

[[noreturn]] void refuse(const std::string& sentence);

/// A length of time above zero given for `flag`; absent if `text` is empty.
std::optional<Duration> length_flag(const std::string& flag, const std::string& text);

/// A moment of a recording as typed for `flag`: RFC 3339, or a length of time before its end.
Time moment_flag(const std::string& flag, const std::string& text, const std::vector<EpochInfo>& epochs);

/// A number of bytes above zero given for `flag`; absent if `text` is empty.
std::optional<std::size_t> size_flag(const std::string& flag, const std::string& text);

/// A count of at least `least` given for `flag`; absent if `text` is empty.
std::optional<int> count_flag(const std::string& flag, const std::string& text, int least);

}  // namespace natsrec
