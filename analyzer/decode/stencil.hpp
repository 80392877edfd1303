#pragma once
#include "analyzer/decode/plain_value.hpp"
#include "schema/short_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A piece of a body in which nothing but some values differs from one poll to the next: everything else of
/// it is compared, not parsed.
///
/// Servers print their bodies a member a line. A piece that a parser has once understood is kept with holes
/// where its counters and times stood. A later text that is the same around the holes, and whose holes hold
/// plain JSON values, is JSON just as the first one was, and means the same but for these values.
namespace natsrec {

class Stencil {
 public:
  /// `text` is of whole lines, and was understood. The values of `keys` leave holes; a key is all that its
  /// line begins with, spaces and colon and all.
  Stencil(std::string_view text, std::span<const std::string_view> keys);

  /// Where the piece that begins at `from` ends, null if it is another. `fill` is given each hole's key, by
  /// its place among `keys`, and the value as it is printed; with false it turns the piece down.
  template <class Fill>
  const char* match(const char* from, const char* end, Fill fill) const {
    const char* literal = text_.data();
    for (const auto& [length, key] : parts_) {
      if (static_cast<std::size_t>(end - from) < length || !short_bytes::same(from, literal, length))
        return nullptr;
      from += length;
      literal += length;
      if (key == none) continue;
      const std::size_t value = plain_value(from, end);
      if (value == 0 || !fill(key, std::string_view(from, value))) return nullptr;
      from += value;
    }
    return from;
  }

 private:
  static constexpr std::uint32_t none = ~0u;
  struct Part {
    std::uint32_t length;  ///< of what stands before the hole
    std::uint32_t key;     ///< none: the piece ends here
  };

  std::string text_;  ///< without what stood in the holes
  std::vector<Part> parts_;
};

}  // namespace natsrec
