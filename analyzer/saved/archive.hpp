#pragma once
#include "schema/failure.hpp"

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include <concepts>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// Values as bytes and back: the same value makes the same bytes, on every machine.
namespace cereal {

// Templates of the JSON as well, since everything converts to JSON.
template <class Archive, std::same_as<nlohmann::ordered_json> Json>
void save(Archive& archive, const Json& json) {
  archive(Json::to_msgpack(json));
}

template <class Archive, std::same_as<nlohmann::ordered_json> Json>
void load(Archive& archive, Json& json) {
  std::vector<std::uint8_t> bytes;
  archive(bytes);
  json = Json::from_msgpack(bytes);
}

}  // namespace cereal

namespace natsrec {

/// Of what is saved, in front of it: eight bytes, the same on every machine.
inline std::string checksum_of(std::string_view bytes) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, XXH3_64bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

template <class T>
std::string to_bytes(const T& value) {
  std::ostringstream out;
  cereal::PortableBinaryOutputArchive archive(out);
  archive(value);
  const auto bytes = out.str();
  return checksum_of(bytes) + bytes;
}

/// Failure(Exit::store) if these are not the bytes that were saved, or not all of them.
template <class T>
void from_bytes(std::string_view bytes, T& value) {
  const auto sum = bytes.substr(0, sizeof(XXH64_canonical_t));
  const auto saved = bytes.substr(sum.size());
  if (sum != checksum_of(saved))
    throw Failure(Exit::store, "what the analyzer saved is damaged; delete it to have it derived anew");
  std::istringstream in{std::string(saved)};
  cereal::PortableBinaryInputArchive archive(in);
  archive(value);
}

}  // namespace natsrec
