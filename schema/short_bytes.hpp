#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

/// What is asked of a few bytes hundreds of times for each body, where to call the C library takes longer
/// than what it does.
namespace natsrec::short_bytes {

inline std::uint64_t load(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline bool same(const char* a, const char* b, std::size_t length) {
  if (length < 8 || length > 64) return std::memcmp(a, b, length) == 0;
  std::uint64_t differing = load(a + length - 8) ^ load(b + length - 8);
  for (std::size_t at = 0; at + 8 < length; at += 8) differing |= load(a + at) ^ load(b + at);
  return differing == 0;
}

}  // namespace natsrec::short_bytes
