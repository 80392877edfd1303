#pragma once
#include "schema/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// What is asked of a server. The names are the paths of its monitoring port.
/// Two are none of these: `envelope` is what the transport says around the answers, `ports` what connects to
/// the ports gave that varz names.
enum class Endpoint : std::uint8_t { varz, routez, gatewayz, healthz, leafz, jsz, envelope, ports };
inline constexpr std::array all_endpoints{Endpoint::varz,     Endpoint::routez, Endpoint::gatewayz,
                                          Endpoint::healthz,  Endpoint::leafz,  Endpoint::jsz,
                                          Endpoint::envelope, Endpoint::ports};
/// Whether the monitoring port has a path of its name.
inline constexpr bool is_asked(Endpoint endpoint) {
  return endpoint != Endpoint::envelope && endpoint != Endpoint::ports;
}
std::string_view name(Endpoint endpoint);
std::optional<Endpoint> parse_endpoint(std::string_view text);

/// Why a server gave no proper answer. Names are stored and exported: never rename one.
enum class FailureClass : std::uint8_t {
  dns,          ///< the name does not resolve
  refused,      ///< the host answered that nobody listens
  timeout,      ///< no answer in time
  reset,        ///< the connection was closed or reset while waiting
  tls,          ///< no TLS session
  http,         ///< an answer that is not HTTP, or a redirect that is not followed
  too_large,    ///< the body exceeds the cap; what came before it is kept
  truncated,    ///< fewer bytes than announced; what came is kept
  over_budget,  ///< the epoch's time was used up before the answer was there
  other,
};
std::string_view name(FailureClass failure);
std::optional<FailureClass> parse_failure_class(std::string_view text);

struct FetchFailure {
  FailureClass failure = FailureClass::other;
  std::string text;  ///< the transport's own words; may be empty
  bool operator==(const FetchFailure&) const = default;
};

/// One endpoint's answer, or the failure to get one, of one target in one epoch.
struct Snapshot {
  std::string target;  ///< label: the configured name, else host_port
  Endpoint endpoint = Endpoint::varz;
  std::optional<Time> asked;     ///< collector's clock; absent in captures that do not tell
  std::optional<Time> answered;  ///< when the last byte, or the failure, was there
  std::optional<int> status;     ///< HTTP status, if any came
  std::optional<FetchFailure> failure;
  std::optional<std::string>
      body;  ///< byte for byte as received, whatever it is; may be partial beside a failure
};

/// One collection cycle over all targets.
struct Epoch {
  std::int64_t number = 0;  ///< order of the recording; the clock may go back, this never does
  Time started;
  Time ended;
  std::optional<Duration> interval;        ///< declared by watch, --interval or the config, if any
  std::optional<std::int64_t> deployment;  ///< the deployment in force, see Recording::deployment
  std::vector<Snapshot> snapshots;         ///< ordered by target label, then endpoint
};

}  // namespace natsrec
