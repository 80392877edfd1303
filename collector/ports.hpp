#pragma once
#include "schema/snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// A port that a server says it listens on.
struct Listener {
  std::string purpose;  ///< client, route, gateway
  std::string host;     ///< an IPv6 address without brackets
  int port = 0;
  bool operator==(const Listener&) const = default;
};

/// What connecting to one gave.
struct Reached {
  Listener listener;
  Duration took{};
  std::optional<FetchFailure> failure;
};

/// Those that a body of /varz names. `host` stands for listening on any address; where it is empty these are
/// left out, as are those that listen on their own loopback only, where the server is on another host.
std::vector<Listener> listeners_in(std::string_view varz, const std::string& host);

/// The body of the endpoint `ports`: {"client":{"host","port","connected","took_us"}, "route":{…}, …}, with
/// "failure" (a class) and "text" where there was no connection.
std::string ports_body(const std::vector<Reached>& ports);
/// Those that such a body tells of, for a server that does not answer now.
std::vector<Listener> listeners_before(std::string_view ports);

}  // namespace natsrec
