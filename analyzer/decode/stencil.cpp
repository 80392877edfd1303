#include "analyzer/decode/stencil.hpp"

#include <algorithm>

namespace natsrec {
namespace {

/// A line taken apart; empty if it is no member with a plain value.
struct Member {
  std::string_view key, value;
};
Member member_of(std::string_view line) {
  // The colon is rarer than the quotes around it.
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !line.substr(colon).starts_with(": ")) return {};
  const auto key = line.substr(0, colon + 2);
  auto value = line.substr(key.size());
  if (value.ends_with(',')) value.remove_suffix(1);
  return value.empty() || value.front() == '{' || value.front() == '[' ? Member{} : Member{key, value};
}

}  // namespace

Stencil::Stencil(std::string_view text, std::span<const std::string_view> keys) {
  text_.reserve(text.size());
  parts_.reserve(keys.size() + 1);
  const char* from = text.data();  // not copied yet
  const auto part = [&](const char* to, std::uint32_t key) {
    parts_.push_back({static_cast<std::uint32_t>(to - from), key});
    text_.append(from, to);
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    const auto [key, value] = member_of(line);
    const auto known = std::find(keys.begin(), keys.end(), key);
    if (key.empty() || known == keys.end()) continue;
    part(value.data(), static_cast<std::uint32_t>(known - keys.begin()));
    from = value.data() + value.size();
  }
  part(text.data() + text.size(), none);
}

}  // namespace natsrec
