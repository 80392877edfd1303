#include "analyzer/commands/output_file.hpp"

#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace natsrec {

void write_file(const std::filesystem::path& file, std::string_view content) {
  auto beside = file;
  beside += ".new";
  errno = 0;
  std::error_code error;
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) error = std::error_code(errno != 0 ? errno : EIO, std::generic_category());
  }
  if (!error) std::filesystem::rename(beside, file, error);
  if (!error) return;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  throw Failure(Exit::partly,
                fmt::format("{} cannot be written ({}); name a file in a folder you may write to",
                            printable(file.string()), error.message()));
}

}  // namespace natsrec
