#include "schema/snapshot.hpp"

#include "schema/names.hpp"

namespace natsrec {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 8> endpoint_names{"varz",  "routez", "gatewayz", "healthz",
                                                         "leafz", "jsz",    "envelope", "ports"};
constexpr std::array<std::string_view, 10> failure_names{
    "dns", "refused", "timeout", "reset", "tls", "http", "too_large", "truncated", "over_budget", "other"};

}  // namespace

std::string_view name(Endpoint endpoint) { return endpoint_names.at(static_cast<std::size_t>(endpoint)); }
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  return parse_name<Endpoint>(endpoint_names, text);
}

std::string_view name(FailureClass failure) { return failure_names.at(static_cast<std::size_t>(failure)); }
std::optional<FailureClass> parse_failure_class(std::string_view text) {
  return parse_name<FailureClass>(failure_names, text);
}

}  // namespace natsrec
