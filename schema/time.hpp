#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace natsrec {

/// Microseconds since the Unix epoch, UTC. The resolution of the recording: servers tell nanoseconds, which
/// are cut.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// RFC 3339, extended (2026-11-21T05:24:15.689192Z, offsets allowed) or basic (20261121T052415.689192Z).
std::optional<Time> parse_time(std::string_view text);
/// Always UTC with six decimals, so that byte order is time order: 2026-11-21T05:24:15.689192Z.
std::string format_time(Time time);
/// The basic form, used for folder names of captures: 20261121T052415.689192Z.
std::string format_time_basic(Time time);

/// A length of time as people type it: 500ms, 15s, 90m, 24h, 7d, or several of these in a row (1h30m).
std::optional<Duration> parse_duration(std::string_view text);
/// For people: 0.4s, 12s, 3m44s, 2h05m, 7d03h.
std::string format_duration(Duration duration);

/// A length of time as Go prints it: 317µs, 17.953454ms, 1m2.5s, 0s. Source: Go's time.Duration.String.
std::optional<Duration> parse_go_duration(std::string_view text);

inline double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

}  // namespace natsrec
