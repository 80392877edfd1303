#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace natsrec {

/// Writes numbers and texts one after the other: numbers in groups of seven bits, the lowest first, the top
/// bit says that more follow; texts as their length and their bytes.
class Packer {
 public:
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  /// Small ones of either sign stay small: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.
  void signed_number(std::int64_t value) { number(zigzag(value)); }
  /// An absent value is 0, any other one more than itself.
  void optional_number(std::optional<std::uint64_t> value) { number(value ? *value + 1 : 0); }
  void text(std::string_view text) {
    number(text.size());
    bytes_ += text;
  }
  void fixed64(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xff);
  }
  void raw(std::string_view bytes) { bytes_ += bytes; }
  const std::string& bytes() const { return bytes_; }
  std::string take_bytes() { return std::move(bytes_); }

  static std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  }

 private:
  std::string bytes_;
};

/// Reads what a Packer wrote. On bytes that no Packer wrote it gives zeros and empty texts, and is not good()
/// any more.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  bool good() const { return good_; }
  bool done() const { return rest_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  std::optional<std::uint64_t> optional_number() {
    const std::uint64_t value = number();
    if (value == 0) return std::nullopt;
    return value - 1;
  }
  std::string_view text() { return raw(number()); }
  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto out = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(out.size());
    return out;
  }
  std::uint64_t fixed64() {
    std::uint64_t value = 0;
    int shift = 0;
    for (const char byte : raw(8)) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
      shift += 8;
    }
    return value;
  }

 private:
  std::uint64_t fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace natsrec
