#include "schema/file_bytes.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace natsrec {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, Close>;

[[noreturn]] void fail(int code) { throw std::system_error(code, std::generic_category()); }

FilePtr open(const std::filesystem::path& path, const char* mode) {
  FilePtr file{std::fopen(path.c_str(), mode)};
  if (!file) fail(errno);
  return file;
}

}  // namespace

std::string read_bytes(const std::filesystem::path& path, std::size_t limit) {
  const FilePtr file = open(path, "rbe");
  std::string out;
  std::array<char, 1 << 16> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    if (out.size() + got > limit) fail(EFBIG);
    out.append(buffer.data(), got);
  }
  if (std::ferror(file.get())) fail(errno);
  return out;
}

void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  FilePtr file = open(path, "wbe");
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) fail(errno);
  if (std::fclose(file.release()) != 0) fail(errno);
}

}  // namespace natsrec
