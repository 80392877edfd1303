#pragma once
#include "analyzer/saved/fields.hpp"
#include "schema/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// What a server's /varz counts, for the measured impact.
struct Load {
  Time at;
  std::int64_t connections = 0, subscriptions = 0, msgs = 0;
  bool same_run = false;  ///< as the one before; a new run's counters start at zero
  template <class Archive>
  void serialize(Archive& archive) {
    fields<5>(archive, *this);
  }
};

/// One server's loads over the whole recording. Packed as differences, some nine bytes each, since they alone
/// would grow by a gigabyte a year for a few dozen servers looked at once a minute.
class LoadLog {
 public:
  void add(const std::string& run, Load load);
  /// In order, until `take` returns false: from some dozens before `near` on, or from the very first.
  void each(const std::optional<Time>& near, const std::function<bool(const Load&)>& take) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [blocks, newest, run, in_order] = *this;
    archive(blocks, newest, run, in_order);
  }

 private:
  struct Block {
    Load first;
    int count = 0;      ///< of those that follow
    std::string bytes;  ///< each as differences to the one before it
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  std::vector<Block> blocks_;
  Load newest_;
  std::string run_;
  bool in_order_ = true;  ///< by time: the collector's clock was never set back
};

}  // namespace natsrec
