#pragma once
#include "schema/recording.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

namespace natsrec {

/// Which epochs of a recording to read.
struct Stretch {
  std::int64_t after = std::numeric_limits<std::int64_t>::min();  ///< those with greater numbers,
  std::int64_t last = std::numeric_limits<std::int64_t>::max();   ///< up to this one,
  std::optional<Time> until = {};                                 ///< up to the first that began later
};

/// The epochs of a stretch in order, read a page at a time: a recording may be of any length.
class EpochReader {
 public:
  /// The recording must outlive it. A page of as many takes some 50 KB.
  EpochReader(const Recording& recording, const Stretch& stretch, std::size_t page = 512);

  /// The next one; null if there is none. Valid until it is taken.
  const EpochInfo* peek();
  EpochInfo take();

 private:
  void read_page();

  const Recording& recording_;
  Stretch stretch_;  ///< what was not read yet
  std::size_t page_length_;
  bool past_ = false;  ///< the stretch; what follows is read all the same, so that its damage is counted
  bool over_ = false;  ///< so is the recording
  std::deque<EpochInfo> page_;
};

}  // namespace natsrec
