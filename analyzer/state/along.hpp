#pragma once
#include <utility>

namespace natsrec {

/// A map that is asked for keys in its own order: each is found by stepping on from the one before, not from
/// the root again. A key that is not there is added.
template <class Map>
class Along {
 public:
  explicit Along(Map& map) : map_(map), at_(map.begin()) {}

  typename Map::mapped_type& operator[](const typename Map::key_type& key) {
    while (at_ != map_.end() && at_->first < key) ++at_;
    if (at_ == map_.end() || key < at_->first) at_ = map_.try_emplace(at_, key);
    return at_->second;
  }

 private:
  Map& map_;
  typename Map::iterator at_;
};

}  // namespace natsrec
