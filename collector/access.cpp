#include "collector/access.hpp"

#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

namespace natsrec {
namespace {

std::string content_of(const std::string& file) {
  constexpr std::size_t limit = 1u << 20;
  try {
    std::string out = read_bytes(file, limit);
    while (out.ends_with('\n') || out.ends_with('\r')) out.pop_back();
    return out;
  } catch (const std::system_error& error) {
    throw Failure(Exit::usage,
                  fmt::format("the secret in {} cannot be read: {}; let the collector's user read it",
                              printable(file), error.code().message()));
  }
}

std::string variable(const std::string& name) {
  if (const char* value = std::getenv(name.c_str())) return value;  // NOLINT(concurrency-mt-unsafe)
  throw Failure(Exit::usage,
                fmt::format("the secret's environment variable {} is not set; set it, or name a file",
                            printable(name)));
}

}  // namespace

std::string Secret::read() const {
  switch (from) {
    case From::file:
      return content_of(value);
    case From::environment:
      return variable(value);
    default:
      return value;
  }
}

}  // namespace natsrec
