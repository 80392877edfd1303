#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace natsrec {

/// The whole file. Throws std::system_error, also when it is larger than `limit`.
std::string read_bytes(const std::filesystem::path& file, std::size_t limit);
/// Creates or replaces the file. Throws std::system_error.
void write_bytes(const std::filesystem::path& file, std::string_view bytes);

}  // namespace natsrec
