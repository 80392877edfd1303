#pragma once
#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace natsrec {

/// A text that comes again in every epoch: a server's id or name, a target's label, an account. One copy of
/// it is kept for as long as the program runs, so that it is copied and compared for equality as a pointer
/// is. Safe in several threads. Not for texts that are new each time: none is ever let go of.
class Interned {
 public:
  Interned() : text_(&nothing) {}
  explicit(false) Interned(std::string_view text) : text_(text.empty() ? &nothing : kept(text)) {}
  explicit(false) Interned(const std::string& text) : Interned(std::string_view(text)) {}
  explicit(false) Interned(const char* text) : Interned(std::string_view(text)) {}

  const std::string& str() const { return *text_; }
  explicit(false) operator const std::string&() const { return *text_; }
  bool empty() const { return text_->empty(); }

  friend bool operator==(Interned a, Interned b) { return a.text_ == b.text_; }
  friend std::strong_ordering operator<=>(Interned a, Interned b) {
    return a.text_ == b.text_ ? std::strong_ordering::equal : *a.text_ <=> *b.text_;
  }
  /// Two of one text are one address, while the program runs.
  const void* address() const { return text_; }

 private:
  static const std::string nothing;
  static const std::string* kept(std::string_view text);
  const std::string* text_;
};

inline std::string operator+(Interned a, std::string_view b) { return std::string(a.str()).append(b); }
inline std::string operator+(std::string_view a, Interned b) { return std::string(a).append(b.str()); }

/// To any JSON of nlohmann's, as a text.
template <class Json>
void to_json(Json& json, Interned text) {
  json = text.str();
}

}  // namespace natsrec

template <>
struct std::hash<natsrec::Interned> {
  std::size_t operator()(natsrec::Interned text) const noexcept {
    return std::hash<const void*>()(text.address());
  }
};
