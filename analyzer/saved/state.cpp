#include "analyzer/saved/state.hpp"

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
#include <xxhash.h>

#include <concepts>
#include <cstdint>
#include <sstream>

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
namespace {

std::string checksum(std::string_view bytes) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, XXH3_64bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

constexpr std::size_t checksum_size = sizeof(XXH64_canonical_t);

}  // namespace

std::string save(const Replay& replay) {
  std::ostringstream out;
  cereal::PortableBinaryOutputArchive archive(out);
  archive(replay);
  const auto state = out.str();
  return checksum(state) + state;
}

Replay load(std::string_view bytes) {
  const auto sum = bytes.substr(0, checksum_size);
  const auto state = bytes.substr(sum.size());
  if (sum != checksum(state))
    throw Failure(Exit::store,
                  "the saved state of the analysis is damaged; delete it to have it derived anew");
  std::istringstream in{std::string(state)};
  Replay replay;
  cereal::PortableBinaryInputArchive archive(in);
  archive(replay);
  return replay;
}

}  // namespace natsrec
