#pragma once
#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace natsrec {

/// HTML and SVG under construction. What stands in the source as a literal is markup; everything else is text
/// and is escaped, so that no name from a recording can become markup by forgetting something.
class Markup {
 public:
  template <std::size_t N>
  Markup& operator<<(const char (&literal)[N]) {
    out_.append(literal, N - 1);
    return *this;
  }
  Markup& operator<<(std::string_view text);
  Markup& operator<<(const std::string& text) { return *this << std::string_view(text); }
  Markup& operator<<(const Markup& markup) {
    out_ += markup.out_;
    return *this;
  }
  Markup& operator<<(std::integral auto number) {
    out_ += std::to_string(number);
    return *this;
  }

  bool empty() const { return out_.empty(); }
  const std::string& str() const { return out_; }

 private:
  friend Markup inert(const nlohmann::ordered_json& data);

  std::string out_;
};

/// Text whose direction is its own affair: right-to-left names and overrides end where it ends.
Markup bdi(std::string_view text);
/// Text for an attribute or an SVG title, where no element can isolate directions: marks become visible
/// escapes.
Markup attribute(std::string_view text);
/// Data for a <script type="application/json">: nothing in it can end the element or open a comment.
Markup inert(const nlohmann::ordered_json& data);
/// A position as SVG takes it, three decimals and a per cent sign; what is no number becomes 0.
Markup at_percent(double percent);

}  // namespace natsrec
