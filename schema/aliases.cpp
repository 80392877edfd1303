#include "schema/aliases.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

/// Part of a name or word: what stands beside a name of ours must be no such thing.
bool in_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

void Aliases::add(const std::set<std::string>& names, std::string_view word) {
  const auto is_new = [&](const std::string& name) { return !name.empty() && !aliases_.contains(name); };
  const auto count = std::count_if(names.begin(), names.end(), is_new);
  const auto digits = std::to_string(count).size();
  std::size_t n = 0;
  for (const std::string& name : names)
    if (is_new(name)) add(name, fmt::format("{}-{:0{}}", word, ++n, digits));
}

void Aliases::add(const std::string& name, const std::string& alias) {
  if (!aliases_.try_emplace(name, alias).second) return;
  given_.insert(alias);
  longest_ = std::max(longest_, name.size());
}

const std::string* Aliases::find(std::string_view name) const {
  const auto found = aliases_.find(name);
  return found == aliases_.end() ? nullptr : &found->second;
}

std::string Aliases::in_text(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool starts = at == 0 || !in_word(text[at - 1]) || !in_word(text[at]);
    std::size_t taken = 0;
    for (std::size_t n = starts ? std::min(longest_, text.size() - at) : 0; n > 0 && taken == 0; --n) {
      const bool ends = at + n == text.size() || !in_word(text[at + n]) || !in_word(text[at + n - 1]);
      const auto* alias = ends ? find(text.substr(at, n)) : nullptr;
      if (!alias) continue;
      out += *alias;
      taken = n;
    }
    if (taken == 0) out += text[at];
    at += std::max<std::size_t>(taken, 1);
  }
  return out;
}

}  // namespace natsrec
