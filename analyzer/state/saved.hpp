#pragma once
#include <algorithm>
#include <cstddef>

/// How state is saved between two analyses. Every struct of the state lists its fields in one `serialize`; a
/// field that is forgotten there does not compile.
namespace natsrec {

/// The size of a struct that has these fields in this order.
template <class... Fields>
constexpr std::size_t size_with() {
  std::size_t size = 0, alignment = 1;
  const auto up_to = [&](std::size_t a) { size = (size + a - 1) / a * a; };
  ((up_to(alignof(Fields)), size += sizeof(Fields), alignment = std::max(alignment, alignof(Fields))), ...);
  up_to(alignment);
  return size;
}

/// Saves or loads all fields of a T, which are told in the order of their declaration.
template <class T, class Archive, class... Fields>
void all_fields(Archive& archive, Fields&... fields) {
  static_assert(size_with<Fields...>() == sizeof(T), "a field is not saved, or out of order");
  archive(fields...);
}

}  // namespace natsrec
