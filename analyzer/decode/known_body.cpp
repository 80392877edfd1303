#include "analyzer/decode/known_body.hpp"

#include <xxhash.h>

#include <algorithm>
#include <string>
#include <utility>

namespace natsrec {
namespace {

constexpr std::size_t telling = 96;  // what an entry's ids are within

/// Up to its closing bracket, which stands as far from the margin as its first line.
std::size_t length_of_entry(std::string_view text) {
  const auto closing = "\n" + std::string(text.substr(0, text.find_first_not_of(' '))) + "}";
  const auto at = text.find(closing);
  return at == std::string_view::npos ? text.size() : at + closing.size();
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::uint64_t KnownBody::beginning(std::string_view text) {
  return XXH3_64bits(text.data(), std::min(text.size(), telling));
}

bool KnownBody::Entries::add(std::uint64_t beginning, Stencil entry) {
  if (find(beginning)) return false;
  entries_.push_back(std::move(entry));
  const auto put = [&](std::uint64_t key, std::size_t number) {
    auto slot = key & mask_;
    while (slots_[slot].entry != 0) slot = (slot + 1) & mask_;
    slots_[slot] = {key, number};
  };
  if (2 * entries_.size() > slots_.size()) {
    const auto before = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    mask_ = slots_.size() - 1;
    for (const auto& slot : before)
      if (slot.entry != 0) put(slot.beginning, slot.entry);
  }
  put(beginning, entries_.size());
  return true;
}

void KnownBody::learn(std::string_view body) {
  forget();
  std::size_t frame = 0;
  const auto next_line = [&](std::size_t at) { return std::min(body.find('\n', at), body.size() - 1) + 1; };
  for (std::size_t at = 0; at < body.size();) {
    if (!layout_.begins_entry(first_line(body.substr(at)))) {
      at = next_line(at);
      continue;
    }
    auto& section = sections_.emplace_back(Section{{body.substr(frame, at - frame), layout_.frame_keys}, {}});
    for (;;) {
      const auto rest = body.substr(at);
      const auto text = rest.substr(0, length_of_entry(rest));
      if (!section.entries.add(beginning(text), {text, layout_.entry_keys})) return forget();
      at += text.size();
      if (!body.substr(at).starts_with(",\n") || !layout_.begins_entry(first_line(body.substr(at + 2))))
        break;
      at += 2;
    }
    frame = at;
    at = next_line(at);
  }
  sections_.push_back({{body.substr(frame), layout_.frame_keys}, {}});
}

std::vector<std::size_t> KnownBody::arrays() const {
  std::vector<std::size_t> out;
  for (const auto& section : sections_)
    if (section.entries.size() > 0) out.push_back(section.entries.size());
  return out;
}

}  // namespace natsrec
