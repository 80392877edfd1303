#include "analyzer/state/loads.hpp"

#include <algorithm>

namespace natsrec {
namespace {

constexpr int block_length = 128;

/// Small numbers of either sign in few bytes: the sign goes last, seven bits a byte.
void put(std::string& bytes, std::int64_t number) {
  auto rest = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
  for (; rest > 0x7f; rest >>= 7) bytes += static_cast<char>(rest | 0x80);
  bytes += static_cast<char>(rest);
}

std::int64_t take_number(const std::string& bytes, std::size_t& at) {
  std::uint64_t rest = 0;
  for (unsigned shift = 0; at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    rest |= static_cast<std::uint64_t>(byte & 0x7f) << (shift & 63);
    if (byte < 0x80) break;
  }
  return static_cast<std::int64_t>(rest >> 1) ^ -static_cast<std::int64_t>(rest & 1);
}

/// Counters of hostile bodies may be any: differences wrap around, and back.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

void LoadLog::add(const std::string& run, Load load) {
  load.same_run = !blocks_.empty() && run == run_;
  if (!blocks_.empty() && load.at < newest_.at) in_order_ = false;
  if (blocks_.empty() || blocks_.back().count >= block_length) {
    blocks_.push_back({load, 0, {}});
  } else {
    auto& block = blocks_.back();
    put(block.bytes, (load.at - newest_.at).count());
    put(block.bytes, minus(load.connections, newest_.connections));
    put(block.bytes, minus(load.subscriptions, newest_.subscriptions));
    put(block.bytes, minus(load.msgs, newest_.msgs));
    put(block.bytes, load.same_run ? 1 : 0);
    ++block.count;
  }
  newest_ = load;
  run_ = run;
}

void LoadLog::each(const std::optional<Time>& near, const std::function<bool(const Load&)>& take) const {
  auto block = blocks_.begin();
  if (near && in_order_) {
    block = std::partition_point(blocks_.begin(), blocks_.end(),
                                 [&](const auto& one) { return one.first.at <= *near; });
    // The one that begins before it, and another for what came before.
    for (int back = 0; back < 2 && block != blocks_.begin(); ++back) --block;
  }
  for (; block != blocks_.end(); ++block) {
    auto load = block->first;
    if (!take(load)) return;
    std::size_t at = 0;
    for (int i = 0; i < block->count; ++i) {
      load.at += Duration{take_number(block->bytes, at)};
      load.connections = plus(load.connections, take_number(block->bytes, at));
      load.subscriptions = plus(load.subscriptions, take_number(block->bytes, at));
      load.msgs = plus(load.msgs, take_number(block->bytes, at));
      load.same_run = take_number(block->bytes, at) != 0;
      if (!take(load)) return;
    }
  }
}

}  // namespace natsrec
