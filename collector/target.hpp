#pragma once
#include <string>
#include <string_view>

namespace natsrec {

/// One thing to poll: the base URL of a server's monitoring port.
struct Target {
  std::string label;  ///< its configured name, else host_port; fit to name a folder
  std::string url;    ///< without credentials and trailing slash: for requests, messages and the recording
  std::string user;   ///< from the URL's user:password@; only ever given to the transport
  std::string password;
};

/// `name` may be empty. Failure(Exit::usage) if the URL is malformed, not http(s), or has a query or
/// fragment.
Target make_target(std::string_view url, std::string_view name = {});

/// The text as a folder name: what separates paths or drives terminals becomes '_'.
std::string safe_label(std::string_view text);

/// A URL for messages, malformed ones included: what stands between scheme and last '@' becomes "***".
std::string redacted(std::string_view url);

}  // namespace natsrec
