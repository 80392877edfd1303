#pragma once
#include "schema/snapshot.hpp"

#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// Asks the domain name system. A seam: tests pass one that answers from memory.
class Resolver {
 public:
  struct Question {
    std::string name;
    bool service = false;  ///< its SRV records, instead of its addresses
  };
  struct Host {
    std::string name;  ///< an address, IPv6 without brackets; of a service a host name
    std::string port;  ///< of a service
    bool operator==(const Host&) const = default;
  };
  struct Answer {
    std::vector<Host> hosts;  ///< in byte order, each once
    std::optional<FetchFailure> failure;
  };
  virtual ~Resolver() = default;
  /// One answer for each question, in order. All are asked at once; what is not there in time is a failure.
  virtual std::vector<Answer> resolve(const std::vector<Question>& questions, Duration patience) = 0;
};

}  // namespace natsrec
