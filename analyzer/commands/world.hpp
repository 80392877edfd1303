#pragma once
#include "analyzer/report/terminal.hpp"
#include "schema/failure.hpp"
#include "schema/time.hpp"

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace natsrec {

/// What the program may touch besides the files it is given.
struct AnalyzerWorld {
  std::ostream& out;
  std::ostream& err;
  std::function<Time()> now;             ///< only `check` asks
  TextOptions terminal;                  ///< how standard output wants its text
  std::function<void(double)> progress;  ///< share of the replay done; empty: nobody watches
  /// Lets time pass; false once the program is told to end. From the first call on it is told here only, so
  /// that what is done between two calls is done whole.
  std::function<bool(Duration)> wait = {};
};

/// nats-analyzer without its process: returns the exit code.
int run_analyzer(const std::vector<std::string>& arguments, const AnalyzerWorld& world);

}  // namespace natsrec
