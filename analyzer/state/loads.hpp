#pragma once
#include "analyzer/saved/fields.hpp"
#include "schema/interned.hpp"
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
  std::int64_t connections = 0, subscriptions = 0;
  std::optional<double> msgs_per_s;  ///< in and out since the load before, to a tenth; absent across runs
};

/// One server's loads, as far as an incident can ask for them: the newest, those around the edges of findings
/// (what was before, what came after), and the lowest of each stretch between (the worst meanwhile). What no
/// edge is near is let go of, for all of it would grow by a gigabyte a year for a few dozen servers looked at
/// once a minute.
class LoadLog {
 public:
  /// `msgs` as the server has counted since its start; `run` is its id.
  void add(Interned run, Time at, std::int64_t connections, std::int64_t subscriptions, std::int64_t msgs);
  /// There is a stretch to let go of.
  bool due() const;
  /// Lets go of it. `edges` are the moments at which incidents may begin or end, in order.
  void thin(const std::vector<Time>& edges);
  /// In order, until `take` returns false: from some dozens before `near` on, or from the very first.
  void each(const std::optional<Time>& near, const std::function<bool(const Load&)>& take) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [blocks, newest, in_order, thinned] = *this;
    archive(blocks, newest, in_order, thinned);
  }

 private:
  /// Loads packed as differences, some seven bytes each.
  struct Block {
    Time first;
    std::size_t count = 0;
    std::string bytes;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  struct Newest {
    Interned run;
    Time at;
    std::int64_t msgs = 0;
    std::int64_t connections = 0, subscriptions = 0;  ///< of its block, to go on from
    template <class Archive>
    void serialize(Archive& archive) {
      fields<5>(archive, *this);
    }
  };
  static Block packed(const std::vector<Load>& loads);
  static std::vector<Load> unpacked(const Block& block);

  std::vector<Block> blocks_;
  Newest newest_;            ///< if there is any
  bool in_order_ = true;     ///< by time: the collector's clock was never set back
  std::size_t thinned_ = 0;  ///< of the blocks
};

}  // namespace natsrec
