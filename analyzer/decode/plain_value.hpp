#pragma once
#include "schema/short_bytes.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// How long is a JSON value of the sort that counters and times are? Inline: of a body it is asked hundreds
/// of times.
namespace natsrec {

namespace plain {

/// The highest bit of each byte that ends a run of plain text: a quote, a backslash, a control character, or
/// anything beyond ASCII. Exact for the lowest such byte. Source: Hacker's Delight, "find the leftmost
/// 0-byte".
inline std::uint64_t stops(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
  const auto zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & high; };
  const std::uint64_t control = (word - ones * ' ') & ~word & high;
  return (word & high) | control | zero(word ^ (ones * '"')) | zero(word ^ (ones * '\\'));
}

inline const char* end_of_text(const char* at, const char* end) {
  static_assert(std::endian::native == std::endian::little);
  for (; end - at >= 8; at += 8)
    if (const auto found = stops(short_bytes::load(at))) return at + std::countr_zero(found) / 8;
  while (at != end && *at >= ' ' && *at != '"' && *at != '\\') ++at;
  return at;
}

inline const char* end_of_digits(const char* at, const char* end) {
  while (at != end && *at >= '0' && *at <= '9') ++at;
  return at;
}

}  // namespace plain

/// The length of the value at `from`, if it is a text without escapes, in ASCII but for the µ of durations,
/// or a number without an exponent; 0 if it is another, or none. What follows a number is not looked at.
inline std::size_t plain_value(const char* from, const char* end) {
  const char* at = from;
  if (at == end) return 0;
  if (*at == '"') {
    for (++at;; at += 2) {
      at = plain::end_of_text(at, end);
      if (at == end) return 0;
      if (*at == '"') return static_cast<std::size_t>(at + 1 - from);
      if (end - at < 2 || std::memcmp(at, "µ", 2) != 0) return 0;
    }
  }
  if (*at == '-') ++at;
  const char* const whole = at;
  at = plain::end_of_digits(at, end);
  if (at == whole || (*whole == '0' && at - whole > 1)) return 0;
  if (at != end && *at == '.') {
    const char* const fraction = at + 1;
    at = plain::end_of_digits(fraction, end);
    if (at == fraction) return 0;
  }
  return static_cast<std::size_t>(at - from);
}

}  // namespace natsrec
