#pragma once
#include <algorithm>
#include <utility>
#include <vector>

namespace natsrec {

/// A map of hardly more than a few entries, in no order: looked through faster than a tree, in one piece of
/// memory.
template <class Key, class Value>
using Few = std::vector<std::pair<Key, Value>>;

/// The entry of a key; it is added if there is none.
template <class Key, class Value>
Value& entry_of(Few<Key, Value>& all, const Key& key) {
  const auto known = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == key; });
  return known != all.end() ? known->second : all.emplace_back(key, Value()).second;
}

}  // namespace natsrec
