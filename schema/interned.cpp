#include "schema/interned.hpp"

#define XXH_INLINE_ALL  // it hashes little at a time
#include <xxhash.h>

#include <array>
#include <mutex>
#include <unordered_set>

namespace natsrec {
namespace {

const std::string* find_or_keep(std::string_view text) {
  static std::mutex mutex;
  static std::unordered_set<std::string> all;  // of nodes: an address stays
  const std::lock_guard lock(mutex);
  return &*all.emplace(text).first;
}

}  // namespace

// Not constinit: as clang 14 reads it, no string of GCC 12 can be. Before it is initialised it is zeros, and
// empty.
const std::string Interned::nothing;

const std::string* Interned::kept(std::string_view text) {
  // What was asked for lately, without a lock.
  constexpr std::size_t remembered = 2048;
  thread_local std::array<const std::string*, remembered> recent{};
  auto& slot = recent[XXH3_64bits(text.data(), text.size()) % remembered];
  if (!slot || *slot != text) slot = find_or_keep(text);
  return slot;
}

}  // namespace natsrec
