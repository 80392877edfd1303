#include "collector/watch.hpp"

#include "collector/lock.hpp"
#include "collector/status.hpp"
#include "schema/failure.hpp"
#include "schema/recording.hpp"
#include "tests/unit/fakes.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/test.hpp"

#include <signal.h>

#include <algorithm>

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;

namespace {

const Time midnight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

struct Bench {
  Bench() {
    job.store = folder.path() / "history.db";
    job.sources = {{Source::Kind::url, make_target("http://a:8222", "a"), {}}};
    job.interval = 15s;
    job.fetch.endpoints = {Endpoint::varz};
    clock.time = midnight + 4s;
  }
  Exit run(std::optional<std::int64_t> epochs) {
    return run(epochs, [&](const std::string& line) { log.push_back(line); });
  }
  Exit run(std::optional<std::int64_t> epochs, const std::function<void(const std::string&)>& line) {
    return watch(
        {15s, epochs}, [&] { return read(); }, clock, {resolver, fetcher, accounts},
        [&](const LogLine& said) {
          levels.push_back(said.level);
          if (said.level != LogLevel::debug) line(said.text);
        },
        [&](const std::string& words) { told.push_back(words); });
  }
  /// When epochs were fetched, in seconds after midnight.
  std::vector<std::int64_t> slots() const {
    std::vector<std::int64_t> out;
    for (const Time time : fetcher.fetches) out.push_back((time - midnight) / 1s);
    return out;
  }

  store::TemporaryFolder folder;
  Job job;
  FakeClock clock;
  FakeResolver resolver;
  FakeFetcher fetcher{clock};
  FakeAccounts accounts;
  std::function<Job()> read = [&] { return job; };
  std::vector<std::string> log, told;
  std::vector<LogLevel> levels;
};

}  // namespace

TEST_CASE("slots are multiples of the interval since the Unix epoch") {
  CHECK(next_slot(midnight, 15s) == midnight + 15s);
  CHECK(next_slot(midnight + 14999999us, 15s) == midnight + 15s);
  CHECK(next_slot(midnight - 1us, 15s) == midnight);
  CHECK(next_slot(Time{-1us}, 15s) == Time{});
  CHECK(next_slot(Time{-15s}, 15s) == Time{});
}

TEST_CASE("epochs are collected on the clock's grid") {
  Bench bench;
  CHECK(bench.run(3) == Exit::done);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 30, 45});
  CHECK(bench.log.size() == 3);
}

TEST_CASE("epochs of a store with an offset are as far apart, and later than the grid") {
  Bench bench;
  bench.job.offset = 3s;
  bench.run(3);
  CHECK(bench.slots() == std::vector<std::int64_t>{18, 33, 48});
}

TEST_CASE("an epoch between its slot and its offset waits for the offset") {
  Bench bench;
  bench.clock.time = midnight + 16s;
  bench.job.offset = 3s;
  bench.run(1);
  CHECK(bench.slots() == std::vector<std::int64_t>{18});
}

TEST_CASE("an epoch is information, each failure in it a detail") {
  Bench bench;
  bench.fetcher.change = refuse;
  bench.run(1);
  CHECK(bench.levels == std::vector{LogLevel::info, LogLevel::debug});
}

TEST_CASE("a slot that comes while an epoch runs is skipped, not made up for") {
  Bench bench;
  bench.fetcher.takes = 31s;
  bench.run(3);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 60, 105});
}

TEST_CASE("an epoch that ends on a slot leaves it out") {
  Bench bench;
  bench.fetcher.takes = 15s;
  bench.run(2);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 45});
}

TEST_CASE("what was skipped is recorded with the next epoch and its reason, and told in the status") {
  Bench bench;
  bench.fetcher.takes = 45s;
  bench.run(2);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 75});
  const std::string why =
      "the epoch of 2026-11-21T00:00:15.000000Z was not over before 2026-11-21T00:01:00.000000Z";
  CHECK(bench.log.at(1) == "3 slots skipped: " + why);
  CHECK(bench.levels.at(1) == LogLevel::warning);
  const Status status = status_of(bench.job.store);
  REQUIRE(status.losses.size() == 1);
  const Loss& loss = status.losses[0];
  CHECK(loss.epochs == 3);
  CHECK(loss.first == midnight + 30s);
  CHECK(loss.last == midnight + 60s);
  CHECK(loss.cause == "epoch_overran");
  CHECK(loss.text == why);
  REQUIRE(status.gaps.size() == 1);
  CHECK(status.gaps[0].reason == "epoch_overran");
  CHECK_THAT(to_text(status), Catch::Contains("(1m00s), epoch_overran") && Catch::Contains(why));
}

TEST_CASE("one skipped slot is no gap, and recorded all the same") {
  Bench bench;
  bench.fetcher.takes = 15s;
  bench.run(2);
  const Status status = status_of(bench.job.store);
  CHECK(status.gaps.empty());
  REQUIRE(status.losses.size() == 1);
  CHECK(status.losses[0].epochs == 1);
  CHECK_THAT(bench.log.at(1), Catch::StartsWith("slot skipped: the epoch of "));
}

TEST_CASE("slots that a clock jumped over are recorded as such") {
  Bench bench;
  const auto jump = [&](const std::string& words) {
    if (words == "WATCHDOG=1" && bench.clock.time == midnight + 20s) bench.clock.time += 1h;
  };
  watch(
      {15s, 2}, [&] { return bench.job; }, bench.clock, {bench.resolver, bench.fetcher, bench.accounts},
      [](const LogLine&) {}, jump);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 3630});
  const Status status = status_of(bench.job.store);
  REQUIRE(status.losses.size() == 1);
  CHECK(status.losses[0].epochs == 240);
  CHECK(status.losses[0].cause == "clock_jumped");
}

TEST_CASE("being asked to stop ends it after the running epoch") {
  Bench bench;
  bench.clock.stop_at = midnight + 31s;
  CHECK(bench.run(std::nullopt) == Exit::done);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 30});
  CHECK(Recording::open(bench.job.store).epochs().size() == 2);
}

TEST_CASE("being asked to stop during an epoch records it and begins no other") {
  Bench bench;
  bench.fetcher.takes = 5s;
  bench.clock.stop_at = midnight + 17s;
  CHECK(bench.run(std::nullopt) == Exit::done);
  CHECK(Recording::open(bench.job.store).epochs().size() == 1);
}

TEST_CASE("a clock that is set back goes on at its next slot") {
  Bench bench;
  bench.fetcher.change = [&](Snapshot&) {
    if (bench.fetcher.fetches.size() == 2) bench.clock.time -= 1h;
  };
  bench.run(3);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 30, 45 - 3600});
}

TEST_CASE("a slot during which another collector holds the store is skipped and logged") {
  Bench bench;
  std::optional<StoreLock> other = StoreLock::try_acquire(bench.job.store);
  const auto line = [&](const std::string& text) {
    bench.log.push_back(text);
    other.reset();
  };
  CHECK(bench.run(1, line) == Exit::done);
  CHECK(bench.slots() == std::vector<std::int64_t>{30});
  CHECK_THAT(bench.log.at(0), Catch::StartsWith("slot skipped: another collector holds"));
  CHECK(bench.levels.at(0) == LogLevel::warning);
  const Status status = status_of(bench.job.store);
  REQUIRE(status.losses.size() == 1);
  CHECK(status.losses[0].cause == "store_held");
  CHECK(status.losses[0].first == midnight + 15s);
}

TEST_CASE("a store that cannot be used at first ends it") {
  Bench bench;
  write_bytes(bench.job.store, "this is a text and no recording at all");
  CHECK_THROWS_AS(bench.run(3), Failure);
}

TEST_CASE("a store that cannot be used later costs that epoch and is told by the exit code") {
  Bench bench;
  const auto store = bench.job.store;
  const auto aside = bench.folder.path() / "aside.db";
  const auto line = [&](const std::string& text) {
    bench.log.push_back(text);
    if (bench.log.size() == 1) {
      std::filesystem::rename(store, aside);
      write_bytes(store, "this is a text and no recording at all");
    }
    if (bench.log.size() == 2) std::filesystem::rename(aside, store);
  };
  CHECK(bench.run(2, line) == Exit::partly);
  CHECK_THAT(bench.log.at(1), Catch::StartsWith("epoch lost: "));
  CHECK(bench.levels.at(1) == LogLevel::error);
  CHECK(Recording::open(store).epochs().size() == 2);
}

TEST_CASE("a configuration that is read anew holds from the next slot on, and a wrong one changes nothing") {
  Bench bench;
  bench.clock.reload_at = midnight + 20s;
  bench.read = [&] {
    if (bench.clock.time > midnight + 30s) throw Failure(Exit::usage, "c.toml:1: unknown key");
    Job job = bench.job;
    if (bench.clock.time > midnight + 15s) job.fetch.endpoints = {Endpoint::varz, Endpoint::routez};
    return job;
  };
  const auto line = [&](const std::string& text) {
    bench.log.push_back(text);
    if (bench.log.size() == 3) bench.clock.reload_at = midnight + 40s;
  };
  bench.run(3, line);
  CHECK(bench.slots() == std::vector<std::int64_t>{15, 30, 45});
  CHECK(bench.log.at(1) == "the configuration was read anew");
  CHECK(bench.log.at(3) == "the configuration stays as it was: c.toml:1: unknown key");
  CHECK(bench.fetcher.options.endpoints.size() == 2);
}

TEST_CASE("a service manager hears that it is there, alive and stopping") {
  Bench bench;
  bench.run(1);
  CHECK(bench.told.front() == "READY=1");
  CHECK(std::count(bench.told.begin(), bench.told.end(), "WATCHDOG=1") ==
        12);  // each second from 4 s to 15 s
  CHECK(bench.told.at(bench.told.size() - 2) == "STATUS=epoch 1: 1 of 1 targets answered, 0s");
  CHECK(bench.told.back() == "STOPPING=1");
}

TEST_CASE("a signal is seen by the next wait, however long before it came") {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  SystemClock clock;
  CHECK(clock.wait(0s) == Clock::Wake::time);
  raise(SIGTERM);
  CHECK(clock.wait(1h) == Clock::Wake::stop);
  raise(SIGHUP);
  CHECK(clock.wait(1h) == Clock::Wake::reload);
  CHECK(clock.wait(0s) == Clock::Wake::time);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
