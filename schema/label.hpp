#pragma once
#include <cstddef>
#include <string>

namespace natsrec {

/// What file systems allow a name to have.
inline constexpr std::size_t longest_file_name = 255;
/// What a target's label may have, so that there is room to tell two of one name apart.
inline constexpr std::size_t longest_label = 200;

/// The label as one that can name a folder of a capture. What is too long is cut between two characters and
/// ends in a hash of the whole, so that labels that differ go on to do so.
std::string cut_label(std::string label);

}  // namespace natsrec
