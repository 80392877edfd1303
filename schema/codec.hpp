#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// How bodies are kept in the store. The one place that knows: nothing else may look into a blob.
/// Today each body is one zstd frame with its length and checksum in it.
namespace natsrec::codec {

/// The longest body that is kept: SQLite's default limit for a value is 10^9 bytes, and a blob is never much
/// longer than its body. A damaged blob that claims more is not believed.
inline constexpr std::size_t max_body = 512u << 20;

/// Throws std::length_error beyond max_body.
std::string encode(std::string_view body);

/// The body byte for byte, or nothing if the blob is damaged.
std::optional<std::string> decode(std::string_view blob);

}  // namespace natsrec::codec
