#include "schema/label.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace natsrec {

std::string cut_label(std::string label) {
  if (label.size() <= longest_label) return label;
  const std::string end = fmt::format("~{:016x}", XXH3_64bits(label.data(), label.size()));
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; };  // UTF-8
  std::size_t size = longest_label - end.size();
  while (size > 0 && continues(label[size])) --size;
  label.resize(size);
  return label + end;
}

}  // namespace natsrec
