#pragma once
#include "collector/clock.hpp"
#include "collector/watch.hpp"
#include "schema/failure.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace natsrec {

/// What the program touches of the world; tests pass their own.
struct CollectorWorld {
  Clock& clock;
  Network network;
  std::ostream& out;
  std::ostream& err;
  Supervisor supervisor;
};

/// nats-collector with these arguments (without the program's name). Never throws: what goes wrong is one
/// line on `err` and the exit code.
Exit run_collector(const std::vector<std::string>& arguments, CollectorWorld& world);

}  // namespace natsrec
