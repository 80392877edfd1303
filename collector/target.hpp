#pragma once
#include "collector/access.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// One thing to poll: the base URL of a server's monitoring port.
struct Target {
  std::string label;  ///< its configured name, else host_port; fit to name a folder
  std::string url;    ///< without credentials and trailing slash: for requests, messages and the recording
  Access access;      ///< only ever given to the transport
  std::string via;    ///< the DNS name that led to it; empty if it was configured itself
  std::vector<std::string> others{};  ///< of a system account: URLs of other servers that lead to it as well
  bool operator==(const Target&) const = default;
};

/// `name` may be empty. Failure(Exit::usage) if the URL is malformed, not http(s), or has a query or
/// fragment.
Target make_target(std::string_view url, std::string_view name = {});
/// The same for client ports of servers that share a system account: nats://host:4222, or tls://, all alike
/// and with the same credentials. The first one labels it.
Target make_account(const std::vector<std::string>& urls, std::string_view name = {});

/// The same server's URL under another host and port; an IPv6 address without brackets.
std::string with_host(const std::string& url, const std::string& host, const std::string& port = {});
/// The host of a URL that make_target made, an IPv6 address without brackets; and the port, given or usual.
std::string host_of(const std::string& url);
std::string port_of(const std::string& url);

/// The text as a folder name: what separates paths or drives terminals becomes '_', what is too long is cut.
std::string safe_label(std::string_view text);

/// A URL for messages, malformed ones included: what stands between scheme and last '@' becomes "***".
std::string redacted(std::string_view url);

}  // namespace natsrec
