#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

/// Rows of an SQLite file without SQLite: for files of which it cannot find its way any more.
namespace natsrec {

/// A value as it is in the file. Text and blobs are views of the file, or of what was put together from it.
struct RawValue {
  enum class Kind : std::uint8_t { null, integer, real, text, blob } kind = Kind::null;
  std::int64_t integer = 0;
  std::string_view bytes;
};

/// Looks at each page of the file by itself and gives what is a row of a table in it, with its rowid; the
/// values hold until the call returns. Which table a row is of has to be told from its values. What is
/// damaged is left out, or, as nothing proves it, comes with wrong values.
void each_row(std::string_view file,
              const std::function<void(std::int64_t rowid, const std::vector<RawValue>& values)>& row);

}  // namespace natsrec
