#include "analyzer/state/loads.hpp"

#include "schema/packing.hpp"

#include <algorithm>
#include <cmath>

namespace natsrec {
namespace {

constexpr std::size_t block_length = 64;
constexpr std::size_t newest_blocks = 2;      ///< kept whole: what is found may have begun a while ago
constexpr std::size_t before = 4, after = 4;  ///< loads kept on either side of an edge

/// Counters of hostile bodies may be any: differences wrap around, and back.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Within what can be kept: counters of hostile bodies may be any.
std::int64_t tenths(double rate) { return std::llround(std::clamp(rate, 0.0, 1e17) * 10); }

void pack(Packer& out, const Load& load, const Load& previous) {
  out.signed_number((load.at - previous.at).count());
  out.signed_number(minus(load.connections, previous.connections));
  out.signed_number(minus(load.subscriptions, previous.subscriptions));
  out.optional_number(load.msgs_per_s ? std::optional(static_cast<std::uint64_t>(tenths(*load.msgs_per_s)))
                                      : std::nullopt);
}

}  // namespace

void LoadLog::add(Interned run, Time at, std::int64_t connections, std::int64_t subscriptions,
                  std::int64_t msgs) {
  Load load{at, connections, subscriptions, std::nullopt};
  if (!blocks_.empty()) {
    const auto passed = seconds(at - newest_.at);
    if (passed < 0) in_order_ = false;
    if (passed > 0 && newest_.run == run && msgs >= newest_.msgs)
      load.msgs_per_s =
          static_cast<double>(tenths(static_cast<double>(minus(msgs, newest_.msgs)) / passed)) / 10;
  }
  if (blocks_.empty() || blocks_.back().count >= block_length) {
    blocks_.push_back(packed({load}));
  } else {
    auto& block = blocks_.back();
    Packer out;
    pack(out, load, {newest_.at, newest_.connections, newest_.subscriptions, {}});
    block.bytes += out.bytes();
    ++block.count;
  }
  newest_ = Newest{run, at, msgs, connections, subscriptions};
}

LoadLog::Block LoadLog::packed(const std::vector<Load>& loads) {
  Block block{loads.front().at, loads.size(), {}};
  Packer out;
  Load previous{block.first, 0, 0, {}};
  for (const auto& load : loads) {
    pack(out, load, previous);
    previous = load;
  }
  block.bytes = out.take_bytes();
  return block;
}

std::vector<Load> LoadLog::unpacked(const Block& block) {
  std::vector<Load> loads;
  Unpacker in{block.bytes};
  Load load{block.first, 0, 0, {}};
  for (std::size_t i = 0; i < block.count && in.good(); ++i) {
    load.at += Duration{in.signed_number()};
    load.connections = plus(load.connections, in.signed_number());
    load.subscriptions = plus(load.subscriptions, in.signed_number());
    const auto rate = in.optional_number();
    load.msgs_per_s = rate ? std::optional(static_cast<double>(*rate) / 10) : std::nullopt;
    loads.push_back(load);
  }
  return loads;
}

bool LoadLog::due() const { return blocks_.size() > thinned_ + newest_blocks; }

void LoadLog::thin(const std::vector<Time>& edges) {
  auto loads = thinned_ > 0 ? unpacked(blocks_[thinned_ - 1]) : std::vector<Load>();
  const auto begin = loads.size();
  const auto add_all = [&](const Block& block) {
    const auto more = unpacked(block);
    loads.insert(loads.end(), more.begin(), more.end());
  };
  add_all(blocks_[thinned_]);
  const auto end = loads.size();
  add_all(blocks_[thinned_ + 1]);

  const auto lowest = [&](auto value) {
    return static_cast<std::size_t>(
        std::min_element(loads.begin() + static_cast<std::ptrdiff_t>(begin),
                         loads.begin() + static_cast<std::ptrdiff_t>(end),
                         [&](const auto& a, const auto& b) { return value(a) < value(b); }) -
        loads.begin());
  };
  const auto fewest = {lowest([](const Load& load) { return static_cast<double>(load.connections); }),
                       lowest([](const Load& load) { return static_cast<double>(load.subscriptions); }),
                       lowest([](const Load& load) { return load.msgs_per_s.value_or(HUGE_VAL); })};
  std::vector<Load> kept;
  for (auto i = begin; i < end; ++i) {
    // The load is among the last before an edge, or the first after one.
    const auto from = loads[i > after ? i - after : 0].at,
               to = loads[std::min(i + before, loads.size() - 1)].at;
    const auto edge = std::lower_bound(edges.begin(), edges.end(), from);
    const bool near = edge != edges.end() && *edge <= to;
    if (near || std::find(fewest.begin(), fewest.end(), i) != fewest.end()) kept.push_back(loads[i]);
  }
  // Little is left where nothing happened: it goes into one block with what was left before it.
  if (begin + kept.size() <= block_length && begin > 0) {
    kept.insert(kept.begin(), loads.begin(), loads.begin() + static_cast<std::ptrdiff_t>(begin));
    blocks_[thinned_ - 1] = packed(kept);
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(thinned_));
  } else {
    blocks_[thinned_++] = packed(kept);
  }
}

void LoadLog::each(const std::optional<Time>& near, const std::function<bool(const Load&)>& take) const {
  auto block = blocks_.begin();
  if (near && in_order_) {
    block = std::partition_point(blocks_.begin(), blocks_.end(),
                                 [&](const auto& one) { return one.first <= *near; });
    // The one that begins before it, and another for what came before.
    for (int back = 0; back < 2 && block != blocks_.begin(); ++back) --block;
  }
  for (; block != blocks_.end(); ++block)
    for (const auto& load : unpacked(*block))
      if (!take(load)) return;
}

}  // namespace natsrec
