#include "schema/interned.hpp"

#include <xxhash.h>

#include <array>
#include <mutex>
#include <unordered_set>

namespace natsrec {
namespace {

const std::string& nothing() {
  static const std::string empty;
  return empty;
}

const std::string* find_or_keep(std::string_view text) {
  static std::mutex mutex;
  static std::unordered_set<std::string> all;  // of nodes: an address stays
  const std::lock_guard lock(mutex);
  return &*all.emplace(text).first;
}

}  // namespace

const std::string* Interned::kept(std::string_view text) {
  if (text.empty()) return &nothing();
  // What was asked for lately, without a lock.
  constexpr std::size_t remembered = 2048;
  thread_local std::array<const std::string*, remembered> recent{};
  auto& slot = recent[XXH3_64bits(text.data(), text.size()) % remembered];
  if (!slot || *slot != text) slot = find_or_keep(text);
  return slot;
}

}  // namespace natsrec
