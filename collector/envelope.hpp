#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace natsrec {

/// A reply of the system account, {"server":{…},"data":{…}}, taken apart without changing a byte.
struct Envelope {
  std::string cluster, name, id;  ///< of the server that answered; cluster may be empty
  std::string server;             ///< the object "server", as it came
  std::optional<std::string>
      data;           ///< the object "data", as it came: what the monitoring port would have answered
  std::string error;  ///< its description, if there is no data
  int status = 200;   ///< what the monitoring port would have answered: 503 if healthz is not ok
};

/// Nothing if it is no such reply.
std::optional<Envelope> parse_envelope(std::string_view reply);

}  // namespace natsrec
