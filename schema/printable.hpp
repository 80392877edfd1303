#pragma once
#include <string>
#include <string_view>

namespace natsrec {

/// The text with control characters and bytes that are no UTF-8 written as \xNN, so that a message stays one
/// line and a terminal is not driven by what a file or a server is called.
std::string printable(std::string_view text);

/// Whether the whole text is UTF-8 (no surrogates, no overlong forms) without control characters.
bool is_printable(std::string_view text);

}  // namespace natsrec
