#include "analyzer/report/assets.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace natsrec {
namespace {

struct Asset {
  std::string_view text;
  std::string_view hash;  ///< SHA-256, hexadecimal
};

constexpr Asset css =
#include "report_css.inc"
    ;
constexpr Asset js =
#include "report_js.inc"
    ;

std::uint32_t nibble(char c) { return static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

/// What a policy calls a hash: base64 of its bytes, three bytes (six hexadecimal digits) in four letters.
std::string base64_of(std::string_view hex) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < hex.size(); at += 6) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 6; ++i) bits = bits << 4U | (at + i < hex.size() ? nibble(hex[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      const bool within = at + i * 3 / 2 < hex.size();
      out += within ? letters[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

}  // namespace

std::string_view stylesheet() { return css.text; }
std::string_view script() { return js.text; }

std::string content_policy() {
  return fmt::format(
      "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      base64_of(js.hash), base64_of(css.hash));
}

}  // namespace natsrec
