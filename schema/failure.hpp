#pragma once
#include <stdexcept>
#include <string>

namespace natsrec {

/// Why a program gave up; the value is the exit code (a contract, see README).
/// Only the program's own failures are exceptions. What goes wrong out there, a server that does not answer
/// or answers nonsense, is data: it is recorded and analysed, never thrown.
enum class Exit : int {
  done = 0,    ///< the work was done (servers being down is data)
  partly = 1,  ///< some of the work failed
  usage = 2,   ///< bad usage or config
  store = 3,   ///< the store cannot be used
  held = 4,    ///< another collector holds the store
};

/// A failure of the program: one sentence that says what, where and what to do next.
class Failure : public std::runtime_error {
 public:
  Failure(Exit code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  Exit code() const { return code_; }

 private:
  Exit code_;
};

}  // namespace natsrec
