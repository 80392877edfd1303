#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// How bytes are compressed in the store: one zstd frame with their length in it. The one place that knows
/// zstd.
namespace natsrec::codec {

/// The longest body that is kept: SQLite's default limit for a value is 10^9 bytes, and a blob is never much
/// longer than its body. A damaged blob that claims more is not believed.
inline constexpr std::size_t max_body = 512u << 20;

/// Level 1 finds in a body what it shares with an earlier one as well as level 3, and sooner.
inline constexpr int row_level = 1;

/// A body that stands alone is decoded again with each epoch that is based on it: that takes two thirds of
/// the time so, and half as much room again; but of such there is one in a run.
inline constexpr int base_level = -5;

/// `base` is an earlier body that is likely to be similar; the same is needed to decode. Throws
/// std::length_error beyond max_body.
std::string encode(std::string_view body, std::string_view base = {}, int level = row_level);

/// The body byte for byte, or nothing if the blob or its base is damaged.
std::optional<std::string> decode(std::string_view blob, std::string_view base = {});

}  // namespace natsrec::codec
