#pragma once
#include <filesystem>
#include <string_view>

namespace natsrec {

/// Replaces a file as a whole: nobody ever reads half of it. Failure(Exit::partly) if it cannot be written.
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace natsrec
