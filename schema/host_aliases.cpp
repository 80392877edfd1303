#include "schema/host_aliases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace natsrec {
namespace {

constexpr std::string_view digits = "0123456789";

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_v4(std::string_view host) {
  return std::count(host.begin(), host.end(), '.') == 3 && consists_of(host, "0123456789.");
}

bool is_v6(std::string_view host) {
  return std::count(host.begin(), host.end(), ':') > 1 &&
         consists_of(host.substr(0, host.find('%')), "0123456789abcdefABCDEF:.");
}

/// "n1.example.org", not "0.9s".
bool has_domain(std::string_view host) {
  const auto dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || host.size() - dot < 3) return false;
  return std::all_of(host.begin(), host.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == '_'; }) &&
         std::all_of(host.begin() + static_cast<std::ptrdiff_t>(dot) + 1, host.end(),
                     [](unsigned char c) { return std::isalpha(c); });
}

bool tells_nothing(std::string_view host) {
  return host.empty() || host == "0.0.0.0" || host == "::" || host == "::1" || host == "localhost" ||
         (is_v4(host) && host.starts_with("127."));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

struct Parts {
  std::string_view scheme;  ///< with "://"
  std::string_view host;    ///< without brackets
  std::string_view port;    ///< with ":"
};

Parts parts(std::string_view address) {
  Parts out;
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) {
    out.scheme = address.substr(0, scheme + 3);
    address.remove_prefix(scheme + 3);
  }
  address = address.substr(0, address.find_first_of("/?#"));
  if (const auto user = address.rfind('@'); user != std::string_view::npos) address.remove_prefix(user + 1);
  const auto bracket = address.starts_with('[') ? address.find(']') : std::string_view::npos;
  const auto colon = address.find(':', bracket == std::string_view::npos ? 0 : bracket);
  out.host = address;
  if (colon != std::string_view::npos && consists_of(address.substr(colon + 1), digits)) {
    out.host = address.substr(0, colon);
    out.port = address.substr(colon);
  }
  if (out.host.starts_with('[') && out.host.ends_with(']'))
    out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

}  // namespace

std::string HostAliases::host(std::string_view host) {
  if (tells_nothing(host)) return std::string(host);
  const bool v4 = is_v4(host), v6 = is_v6(host);
  if (!v4 && !v6)
    if (const auto* alias = names_.find(host)) return *alias;
  const auto [known, added] = aliases_.try_emplace(lower(host));
  if (!added) return known->second;
  constexpr std::uint32_t room = 1u << 17;
  if (v4 && v4_ + 1 < room) {
    const auto n = ++v4_;
    known->second = fmt::format("198.{}.{}.{}", 18 + (n >> 16), n >> 8 & 0xff, n & 0xff);
  } else if (v6) {
    const auto n = ++v6_;
    known->second = fmt::format("2001:db8::{:x}:{:x}", n >> 16, n & 0xffff);
  } else {
    known->second = fmt::format("host-{}", ++named_);
  }
  return known->second;
}

std::string HostAliases::address(std::string_view address) {
  const auto [scheme, host, port] = parts(address);
  const std::string alias = this->host(host);
  const bool bracketed = address.find('[') != std::string_view::npos && alias.find(':') != std::string::npos;
  return fmt::format("{}{}{}{}{}", scheme, bracketed ? "[" : "", alias, bracketed ? "]" : "", port);
}

bool HostAliases::is_address(std::string_view word) const {
  const auto host = parts(word).host;
  return word.find("://") != std::string_view::npos || is_v4(host) || is_v6(host) || has_domain(host) ||
         aliases_.contains(lower(host));
}

}  // namespace natsrec
