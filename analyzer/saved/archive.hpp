#pragma once
#include "schema/failure.hpp"
#include "schema/interned.hpp"
#include "schema/packing.hpp"

#include <cereal/cereal.hpp>
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

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace natsrec {
class Saver;
class Loader;
}  // namespace natsrec
CEREAL_SETUP_ARCHIVE_TRAITS(natsrec::Loader, natsrec::Saver)

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

/// Of what is saved, behind it: eight bytes, the same on every machine.
inline std::string checksum_of(std::string_view bytes) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, XXH3_64bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

/// cereal's archives, into a Packer and out of it: most of what is saved are small numbers, and cereal's own
/// binary archives take each in its full width.
class Saver : public cereal::OutputArchive<Saver, cereal::AllowEmptyClassElision> {
 public:
  Saver() : OutputArchive(this) {}
  std::string take_bytes() { return packer_.take_bytes(); }

  template <std::integral T>
  void put(T value) {
    if constexpr (std::signed_integral<T>) {
      packer_.signed_number(value);
    } else {
      packer_.number(value);
    }
  }
  void put(double value) { packer_.fixed64(std::bit_cast<std::uint64_t>(value)); }
  void put(std::string_view bytes) { packer_.raw(bytes); }
  /// Each text once; where it comes again, which one it was.
  void put(Interned text) {
    const auto [at, fresh] = texts_.try_emplace(text, texts_.size());
    packer_.number(at->second);
    if (fresh) packer_.text(text.str());
  }
  /// Kept apart from the rest: what is much, and seldom changes.
  void put_aside(std::string_view text) { aside_.text(text); }
  std::string take_aside() { return aside_.take_bytes(); }

 private:
  Packer packer_, aside_;
  std::unordered_map<Interned, std::size_t> texts_;
};

class Loader : public cereal::InputArchive<Loader, cereal::AllowEmptyClassElision> {
 public:
  explicit Loader(std::string_view bytes, std::string_view aside = {})
      : InputArchive(this), unpacker_(bytes), aside_(aside) {}
  /// Nothing is left, and nothing was missing.
  bool done() const { return unpacker_.good() && unpacker_.done() && aside_.good() && aside_.done(); }

  template <std::integral T>
  void get(T& value) {
    if constexpr (std::signed_integral<T>) {
      value = static_cast<T>(unpacker_.signed_number());
    } else {
      value = static_cast<T>(unpacker_.number());
    }
  }
  void get(double& value) { value = std::bit_cast<double>(unpacker_.fixed64()); }
  void get(char* bytes, std::size_t size) { unpacker_.raw(size).copy(bytes, size); }
  void get(Interned& text) {
    const auto number = unpacker_.number();
    if (number >= texts_.size()) texts_.emplace_back(unpacker_.text());
    text = number < texts_.size() ? texts_[static_cast<std::size_t>(number)] : Interned();
  }
  std::string_view from_aside() { return aside_.text(); }

 private:
  Unpacker unpacker_, aside_;
  std::vector<Interned> texts_;
};

template <class T>
requires std::is_arithmetic_v<T>
void save(Saver& saver, const T& value) { saver.put(value); }
template <class T>
requires std::is_arithmetic_v<T>
void load(Loader& loader, T& value) { loader.get(value); }
inline void save(Saver& saver, const Interned& text) { saver.put(text); }
inline void load(Loader& loader, Interned& text) { loader.get(text); }

/// In order, so that the same map makes the same bytes.
template <class Key, class T, class Hash>
void save(Saver& saver, const std::unordered_map<Key, T, Hash>& map) {
  saver(std::map<Key, T>(map.begin(), map.end()));
}
template <class Key, class T, class Hash>
void load(Loader& loader, std::unordered_map<Key, T, Hash>& map) {
  std::map<Key, T> ordered;
  loader(ordered);
  map.clear();
  for (auto& [key, value] : ordered) map.emplace(key, std::move(value));
}

template <class T>
void save(Saver& saver, const cereal::SizeTag<T>& tag) {
  saver.put(tag.size);
}
template <class T>
void load(Loader& loader, cereal::SizeTag<T>& tag) {
  loader.get(tag.size);
}

/// Names are for archives that people read.
template <class T>
void save(Saver& saver, const cereal::NameValuePair<T>& pair) {
  saver(pair.value);
}
template <class T>
void load(Loader& loader, cereal::NameValuePair<T>& pair) {
  loader(pair.value);
}

/// Characters of a text in one piece; numbers of a vector each by itself.
template <class T>
void save(Saver& saver, const cereal::BinaryData<T>& data) {
  using Element = std::remove_pointer_t<T>;
  const std::span elements{static_cast<const Element*>(data.data), data.size / sizeof(Element)};
  if constexpr (sizeof(Element) == 1) {
    saver.put(std::string_view{reinterpret_cast<const char*>(elements.data()), elements.size()});
  } else {
    for (const auto& element : elements) saver.put(element);
  }
}
template <class T>
void load(Loader& loader, cereal::BinaryData<T>& data) {
  using Element = std::remove_pointer_t<T>;
  const std::span elements{static_cast<Element*>(data.data), data.size / sizeof(Element)};
  if constexpr (sizeof(Element) == 1) {
    loader.get(reinterpret_cast<char*>(elements.data()), elements.size());
  } else {
    for (auto& element : elements) loader.get(element);
  }
}

inline std::string with_checksum(std::string bytes) { return std::move(bytes.append(checksum_of(bytes))); }

inline Failure damaged_state() {
  return Failure(Exit::store, "what the analyzer saved is damaged; delete it to have it derived anew");
}

/// Failure(Exit::store) if they are not as they were saved.
inline std::string_view without_checksum(std::string_view bytes) {
  const auto saved = bytes.substr(0, bytes.size() - std::min(bytes.size(), sizeof(XXH64_canonical_t)));
  const auto sum = bytes.substr(saved.size());
  if (sum != checksum_of(saved)) throw damaged_state();
  return saved;
}

template <class T>
std::string to_bytes(const T& value) {
  Saver saver;
  saver(value);
  return with_checksum(saver.take_bytes());
}

/// Failure(Exit::store) if these are not the bytes that were saved, or not all of them.
template <class T>
void from_bytes(std::string_view bytes, T& value) {
  Loader loader{without_checksum(bytes)};
  loader(value);
  if (!loader.done()) throw damaged_state();
}

}  // namespace natsrec
