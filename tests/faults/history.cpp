#include "tests/faults/history.hpp"

#include "schema/recording.hpp"
#include "schema/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>

namespace natsrec::faults {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

bool same(const Snapshot& a, const Snapshot& b) {
  return a.target == b.target && a.endpoint == b.endpoint && a.asked == b.asked && a.answered == b.answered &&
         a.status == b.status && a.failure == b.failure && a.body == b.body;
}

}  // namespace

Epoch epoch_of(std::int64_t number) {
  const Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
  Epoch out;
  out.number = number;
  out.started = start + number * 15s;
  out.ended = out.started + 40ms;
  out.interval = 15s;
  for (const std::string target : {"a1", "a2", "a3"}) {
    for (const Endpoint endpoint : {Endpoint::varz, Endpoint::healthz}) {
      Snapshot s{target, endpoint, out.started, out.started + 3ms, 200, std::nullopt, R"({"status":"ok"})"};
      if (endpoint == Endpoint::varz) {
        s.body = fmt::format("{{\n  \"server_name\": \"{}\",\n  \"in_msgs\": {}", target, number * 977);
        for (int i = 0; i < 40; ++i)
          *s.body += fmt::format(",\n  \"field_{}\": {}", i, i < 9 ? i * number : i);
        *s.body += "\n}";
      }
      if (target == "a3" && number % 7 == 0) {
        s.body.reset();
        s.status.reset();
        s.failure = FetchFailure{FailureClass::refused, "Connection refused"};
      }
      out.snapshots.push_back(std::move(s));
    }
  }
  std::sort(out.snapshots.begin(), out.snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    return std::tie(a.target, a.endpoint) < std::tie(b.target, b.endpoint);
  });
  return out;
}

void require(const std::filesystem::path& store, const History& history, std::int64_t first,
             std::int64_t last) {
  const auto damage = verify(store, false).damage;
  if (!damage.empty()) fail(fmt::format("verify: {}: {}", damage.front().place, damage.front().reason));
  const Recording recording = Recording::open(store);
  std::set<std::int64_t> there;
  for (const EpochInfo& info : recording.epochs()) {
    there.insert(info.number);
    const auto given = history.find(info.number);
    if (given == history.end()) fail(fmt::format("epoch {} was never given", info.number));
    const Epoch got = recording.epoch(info.number);
    const Epoch& expected = given->second;
    if (got.started != expected.started || got.ended != expected.ended || got.interval != expected.interval ||
        !std::equal(got.snapshots.begin(), got.snapshots.end(), expected.snapshots.begin(),
                    expected.snapshots.end(), same))
      fail(fmt::format("epoch {} is not what was given", info.number));
  }
  for (std::int64_t number = first; number <= last; ++number)
    if (there.count(number) == 0) fail(fmt::format("epoch {} is gone", number));
}

}  // namespace natsrec::faults
