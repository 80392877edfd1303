#include "schema/snapshot.hpp"

#include <algorithm>

namespace natsrec {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 8> endpoint_names{"varz",  "routez", "gatewayz", "healthz",
                                                         "leafz", "jsz",    "envelope", "ports"};
constexpr std::array<std::string_view, 10> failure_names{
    "dns", "refused", "timeout", "reset", "tls", "http", "too_large", "truncated", "over_budget", "other"};

template <typename Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name(Endpoint endpoint) { return endpoint_names.at(static_cast<std::size_t>(endpoint)); }
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  return parse<Endpoint>(endpoint_names, text);
}

std::string_view name(FailureClass failure) { return failure_names.at(static_cast<std::size_t>(failure)); }
std::optional<FailureClass> parse_failure_class(std::string_view text) {
  return parse<FailureClass>(failure_names, text);
}

}  // namespace natsrec
