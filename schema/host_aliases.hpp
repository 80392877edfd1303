#pragma once
#include "schema/aliases.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace natsrec {

/// Other hosts for hosts, numbered in the order in which they are met: IPv4 addresses become ones of
/// 198.18.0.0/15, IPv6 addresses ones of 2001:db8::/32 (both are nobody's), names host-1, host-2, … What
/// tells nothing stays: wildcards and this machine's own.
class HostAliases {
 public:
  /// A name among `names` has its alias from there, so that it is the same in an address.
  explicit HostAliases(const Aliases& names) : names_(names) {}

  /// One host, without brackets and port.
  std::string host(std::string_view host);
  /// One of "host", "host:port", "scheme://user@host:port/path": user and path are left out.
  std::string address(std::string_view address);
  /// Whether it can only be a host, perhaps with a port: an address in digits, or a name that is known as one
  /// or has dots.
  bool is_address(std::string_view word) const;

 private:
  const Aliases& names_;
  std::map<std::string, std::string> aliases_;
  std::uint32_t v4_ = 0, v6_ = 0, named_ = 0;  ///< given
};

}  // namespace natsrec
