#include "collector/status.hpp"

#include "tests/unit/test.hpp"

#include <nlohmann/json.hpp>

using namespace natsrec;
using namespace std::chrono_literals;

namespace {

const Time midnight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

std::vector<EpochInfo> epochs_at(const std::vector<int>& at,
                                 std::optional<Duration> interval = std::nullopt) {
  std::vector<EpochInfo> out;
  for (const int s : at) {
    EpochInfo epoch;
    epoch.number = static_cast<std::int64_t>(out.size()) + 1;
    epoch.started = epoch.ended = midnight + std::chrono::seconds{s};
    epoch.interval = interval;
    out.push_back(epoch);
  }
  return out;
}

Status example() {
  Status status;
  status.store = "/data/history.db";
  status.id = "0123";
  status.epochs = 2;
  status.bytes = 61440;
  status.targets = {"a1", "a2"};
  const auto epochs = epochs_at({0, 60}, 15s);
  status.first = epochs[0];
  status.last = epochs[1];
  status.gaps = gaps_of(epochs);
  for (const Endpoint endpoint : {Endpoint::varz, Endpoint::routez}) {
    status.answers.push_back(
        {"a2", endpoint, {}, {}, {}, FetchFailure{FailureClass::refused, "nobody\n"}, {}});
  }
  return status;
}

}  // namespace

TEST_CASE("a gap is more than two and a half declared intervals") {
  CHECK(gaps_of(epochs_at({0, 15, 52}, 15s)).empty());
  const auto gaps = gaps_of(epochs_at({0, 15, 53}, 15s));
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].after == midnight + 15s);
  CHECK(gaps[0].by == midnight + 53s);
}

TEST_CASE("without a declaration the median of the last distances is the interval") {
  CHECK(gaps_of(epochs_at({0, 10, 20, 30, 55})).empty());
  CHECK(gaps_of(epochs_at({0, 10, 20, 30, 56})).size() == 1);
  CHECK(gaps_of(epochs_at({0, 1000})).empty());
}

TEST_CASE("a clock that goes back makes no gap and no distance") {
  CHECK(gaps_of(epochs_at({0, 10, 20, 5, 15, 25, 49})).empty());
}

TEST_CASE("no epochs have no gaps") { CHECK(gaps_of({}).empty()); }

TEST_CASE("the status is told in lines") {
  CHECK(to_text(example()) ==
        "/data/history.db\n"
        "  recording   0123\n"
        "  size        61.4 kB, 30.7 kB per epoch, 15.4 kB per target and epoch\n"
        "  epochs      2\n"
        "  span        2026-11-21T00:00:00.000000Z to 2026-11-21T00:01:00.000000Z (1m00s)\n"
        "  interval    15s\n"
        "  gaps        1\n"
        "              2026-11-21T00:00:00.000000Z to 2026-11-21T00:01:00.000000Z (1m00s)\n"
        "  coverage    100.0 %\n"
        "  retention   everything is kept\n"
        "  targets     a1 a2\n"
        "  answers     0 of 2 in the last epoch, 0 B\n"
        "  last epoch  failures:\n"
        "              a2 varz routez: refused: nobody\\x0a\n");
}

TEST_CASE("the status of a recording without epochs is told too") {
  Status status;
  status.store = "h.db";
  CHECK_THAT(to_text(status), Catch::Contains("epochs      0"));
}

TEST_CASE("the status is told as metrics") {
  Status status = example();
  status.last->ended = status.last->started + 1500ms;
  status.answered_bytes = 27000;
  status.losses.push_back({3, {}, {}, "disk_full", "the disk is full"});
  const std::string text = to_metrics(status);
  CHECK_THAT(text, Catch::Contains("# HELP nats_collector_last_epoch_duration_seconds How long it took.\n"
                                   "# TYPE nats_collector_last_epoch_duration_seconds gauge\n"
                                   "nats_collector_last_epoch_duration_seconds 1.5\n"));
  CHECK_THAT(text, Catch::Contains("nats_collector_last_epoch_bytes 27000\n"));
  CHECK_THAT(text, Catch::Contains("nats_collector_last_epoch_failures{class=\"refused\"} 2\n"));
  CHECK_THAT(text, Catch::Contains("nats_collector_last_epoch_failures{class=\"timeout\"} 0\n"));
  CHECK_THAT(text, Catch::Contains("nats_collector_lost_epochs 3\n"));
  CHECK_THAT(to_metrics({}), Catch::Contains("nats_collector_epochs 0\n"));
}

TEST_CASE("how long epochs take is told") {
  Status status = example();
  status.took = Status::Spread{100ms, 200ms, 1s};
  CHECK_THAT(to_text(status), Catch::Contains("took        0.1s at least, 0.2s usually, 1s at most\n"));
  CHECK(nlohmann::json::parse(to_json(status))["took_s"]["median"] == 0.2);
}

TEST_CASE("the status is told as JSON") {
  const auto json = nlohmann::json::parse(to_json(example()));
  CHECK(json["epochs"] == 2);
  CHECK(json["interval_s"] == 15.0);
  CHECK(json["gaps"][0]["by"] == "2026-11-21T00:01:00.000000Z");
  CHECK(json["failures"][0]["class"] == "refused");
  CHECK(json["failures"].size() == 2);
}
