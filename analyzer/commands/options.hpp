#pragma once
#include "analyzer/commands/analysis.hpp"
#include "schema/command_line.hpp"

#include <string>

namespace natsrec {

/// The command line as it was typed.
struct AnalyzerOptions {
  std::string store, format = "text", cluster, server, join, settle, grace, annotations;
  std::string flap_window, flap_count, rtt, backlog, member_window;
  bool quiet = false;
  Window window;
  std::string html, csv, incident, at, epoch, endpoint, max_age, recent;
  std::string query, least, limit;
  std::string output;
  bool since_last_epoch = false, no_facts = false, verbose = false, list = false, compare = false;
  bool full_evidence = false, redact = false;
  bool follow = false;
  std::string every;
};

/// What each verb takes; parsing fills the options.
void describe_verbs(CommandLine& line, AnalyzerOptions& options);

/// The value, unless it is empty: then Failure(Exit::usage) with this sentence.
const std::string& required(const std::string& value, const char* sentence);
/// Failure(Exit::usage) if no recording was named.
const std::string& store_of(const AnalyzerOptions& options);
/// Failure(Exit::usage) naming the flag whose value is none. The window is not in it: what it means depends
/// on the recording.
AnalysisOptions analysis_options(const AnalyzerOptions& options);
/// Failure(Exit::usage) unless it is a format that verbs with several have.
void check_format(const AnalyzerOptions& options);
/// How often to look for new epochs. Failure(Exit::usage) if a recording that grows cannot be told like this.
Duration follow_every(const AnalyzerOptions& options);
/// Failure(Exit::usage) that says which formats there are.
[[noreturn]] void unknown_format(const AnalyzerOptions& options, const char* known);

}  // namespace natsrec
