#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// For messages about a mistyped word: "; did you mean interval?", or the known words where none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace natsrec
