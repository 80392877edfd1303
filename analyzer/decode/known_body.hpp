#pragma once
#include "analyzer/decode/stencil.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// A body as it was when it was last understood, with which the server's next one is read without a parser.
/// Servers print arrays of connections in random order: an entry is known again wherever in its array it
/// stands.
namespace natsrec {

/// How an endpoint's bodies are printed.
struct Layout {
  /// Of values that change, in entries and outside of them, each as its line begins.
  std::span<const std::string_view> frame_keys, entry_keys;
  bool (*begins_entry)(std::string_view line);  ///< whether an entry that may move begins here
};

class KnownBody {
 public:
  explicit KnownBody(const Layout& layout) : layout_(layout) {}

  /// Nothing is learned of a body with entries that begin alike.
  void learn(std::string_view body);
  void forget() { sections_.clear(); }
  /// By array, in the body's order, how many entries it had.
  std::vector<std::size_t> arrays() const;

  /// False if the body differs in anything but values of the keys and the order of entries. The visitor is
  /// told `entry(array, place)`, places being those of the body that was learned, then `entry_value(key,
  /// text)` of what is in it, and `frame_value(key, text)` of what is in no entry. Texts are as they are
  /// printed; with false it gives up.
  template <class Visitor>
  bool read(std::string_view body, Visitor& visitor) const {
    if (sections_.empty()) return false;
    const char* at = body.data();
    const char* const end = at + body.size();
    const auto value = [&](std::size_t key, std::string_view text) { return visitor.frame_value(key, text); };
    for (std::size_t array = 0; array < sections_.size(); ++array) {
      const auto& section = sections_[array];
      at = section.frame.match(at, end, value);
      if (!at) return false;
      if (section.entries.size() == 0) continue;
      for (;;) {
        at = entry(section, array, at, end, visitor);
        if (!at) return false;
        if (end - at < 2 || at[0] != ',' || at[1] != '\n') break;
        at += 2;
      }
    }
    return at == end;
  }

 private:
  /// Entries by what they begin with: a hash table with twice as many slots as it has entries, or more, for
  /// it is asked once for each route of a recording.
  class Entries {
   public:
    /// False if there is one that begins alike.
    bool add(std::uint64_t beginning, Stencil entry);
    const Stencil* find(std::uint64_t beginning) const {
      for (auto slot = beginning & mask_; slots_[slot].entry != 0; slot = (slot + 1) & mask_)
        if (slots_[slot].beginning == beginning) return &entries_[slots_[slot].entry - 1];
      return nullptr;
    }
    std::size_t place(const Stencil* entry) const {
      return static_cast<std::size_t>(entry - entries_.data());
    }
    std::size_t size() const { return entries_.size(); }

   private:
    struct Slot {
      std::uint64_t beginning = 0;
      std::size_t entry = 0;  ///< its place and one; 0: the slot is free
    };
    std::vector<Stencil> entries_;
    std::vector<Slot> slots_ = std::vector<Slot>(2);
    std::uint64_t mask_ = 1;
  };

  /// What stands before an array, and the array's entries. The last section has none.
  struct Section {
    Stencil frame;
    Entries entries;
  };

  template <class Visitor>
  static const char* entry(const Section& section, std::size_t array, const char* at, const char* end,
                           Visitor& visitor) {
    const auto* known = section.entries.find(beginning({at, static_cast<std::size_t>(end - at)}));
    if (!known) return nullptr;
    visitor.entry(array, section.entries.place(known));
    return known->match(
        at, end, [&](std::size_t key, std::string_view text) { return visitor.entry_value(key, text); });
  }
  static std::uint64_t beginning(std::string_view text);

  Layout layout_;
  std::vector<Section> sections_;
};

}  // namespace natsrec
