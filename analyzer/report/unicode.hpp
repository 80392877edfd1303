#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// Names come from configurations and bodies of strangers: any bytes, any length. What is printed goes
/// through here.
namespace natsrec {

/// The code point that starts at `at`, which moves past it. Bytes that are no UTF-8 give U+FFFD, one for each
/// byte.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(std::string& out, char32_t code_point);

/// C0 without tab and newline, DEL and C1: a terminal would obey them, a browser drops them.
bool is_control(char32_t code_point);
/// Marks that reorder or hide what stands around them: bidi marks and overrides, line separators, the byte
/// order mark.
bool is_reordering(char32_t code_point);

/// One line that means nothing to a terminal, a pager or a log: controls and reordering marks become visible
/// escapes
/// (`\x1b`, `\u202e`), tabs and line breaks become spaces, bytes that are no UTF-8 become U+FFFD.
std::string plain(std::string_view text);

/// Columns a terminal gives to the text; an approximation of wcwidth that needs no locale.
std::size_t columns(std::string_view text);
/// The text, cut to at most so many columns with "…" as the last if anything was cut.
std::string shorten(std::string_view text, std::size_t width);
/// The text, followed by spaces up to so many columns.
std::string pad(std::string_view text, std::size_t width);

}  // namespace natsrec
