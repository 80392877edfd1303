#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace natsrec {

/// Bytes as people write them: 4096, 64KiB, 64 MiB, 1GiB.
std::optional<std::size_t> parse_size(std::string_view text);

}  // namespace natsrec
