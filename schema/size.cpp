#include "schema/size.hpp"

#include <charconv>

namespace natsrec {

std::optional<std::size_t> parse_size(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  const int shift = text.empty() || text == "B" ? 0
                    : text == "KiB"             ? 10
                    : text == "MiB"             ? 20
                    : text == "GiB"             ? 30
                                                : -1;
  if (shift < 0 || number > (std::size_t{1} << 62 >> shift)) return std::nullopt;
  return number << shift;
}

}  // namespace natsrec
