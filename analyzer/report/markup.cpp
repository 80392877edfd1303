#include "analyzer/report/markup.hpp"

#include "analyzer/report/unicode.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace natsrec {

Markup& Markup::operator<<(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':
        out_ += "&gt;";
        break;
      case '"':
        out_ += "&quot;";
        break;
      case '\'':
        out_ += "&#39;";
        break;
      default:
        append_utf8(out_, is_control(c) ? U'\uFFFD' : c);
    }
  }
  return *this;
}

Markup bdi(std::string_view text) {
  Markup out;
  out << "<bdi>" << text << "</bdi>";
  return out;
}

Markup attribute(std::string_view text) {
  Markup out;
  out << plain(text);
  return out;
}

Markup inert(const nlohmann::ordered_json& data) {
  constexpr bool only_ascii = true;
  Markup out;
  for (const char c : data.dump(-1, ' ', only_ascii, nlohmann::ordered_json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&') {
      out.out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.out_ += c;
    }
  }
  return out;
}

Markup at_percent(double percent) {
  // Numbers come out of fmt and hold nothing to escape.
  const double finite = std::isfinite(percent) ? std::clamp(percent, -1000.0, 1000.0) : 0;
  Markup out;
  out << std::string_view(fmt::format("{:.3f}%", finite == 0 ? 0.0 : finite));
  return out;
}

}  // namespace natsrec
