#include "collector/collect.hpp"

#include "collector/lock.hpp"
#include "collector/status.hpp"
#include "schema/failure.hpp"
#include "schema/loss.hpp"
#include "schema/recording.hpp"
#include "schema/verify.hpp"
#include "tests/unit/fakes.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/stub_server.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;

namespace {

struct Bench {
  Bench() {
    job.store = folder.path() / "history.db";
    job.sources = {{Source::Kind::url, make_target("http://b:8222", "b"), {}},
                   {Source::Kind::url, make_target("http://u:secret@a:8222", "a"), {}}};
    job.clusters = {{"east", {"a", "b"}, {}}};
    job.interval = 15s;
    job.fetch.endpoints = {Endpoint::varz, Endpoint::routez};
  }
  std::optional<CollectedEpoch> collect() { return collect_epoch(job, clock, {resolver, fetcher, accounts}); }
  Recording recording() const { return Recording::open(job.store); }

  store::TemporaryFolder folder;
  Job job;
  FakeClock clock;
  FakeResolver resolver;
  FakeFetcher fetcher{clock};
  FakeAccounts accounts;
};

}  // namespace

TEST_CASE("an epoch holds one snapshot of each endpoint of each target") {
  Bench bench;
  bench.fetcher.takes = 40ms;
  const auto collected = bench.collect().value();
  CHECK(collected.number == 1);
  CHECK(collected.bytes == 8);
  const Epoch epoch = bench.recording().epoch(1);
  CHECK(epoch.snapshots.size() == 4);
  CHECK(epoch.snapshots[0].target == "a");
  CHECK(epoch.ended - epoch.started == 40ms);
  CHECK(epoch.interval == 15s);
}

TEST_CASE("ports are tried where varz names them, and on where it is silent") {
  Bench bench;
  StubServer server{[](const std::string&) { return http("{}"); }};
  bench.job.probe_ports = true;
  bench.job.fetch.budget = bench.job.fetch.timeout = 5s;
  bench.job.sources = {{Source::Kind::url, make_target("http://127.0.0.1:8222", "a"), {}}};
  bench.fetcher.change = [&](Snapshot& snapshot) {
    snapshot.body = fmt::format(R"({{"host":"0.0.0.0","port":{}}})", server.port());
  };
  const auto ports = [&](std::int64_t epoch) {
    return bench.recording().snapshot(epoch, "a", Endpoint::ports).value().body.value();
  };
  bench.collect();
  CHECK_THAT(ports(1), Catch::StartsWith(fmt::format(
                           R"({{"client":{{"host":"127.0.0.1","port":{},"connected":true,)", server.port())));
  bench.fetcher.change = refuse;
  for (const std::int64_t epoch : {2, 3}) {
    bench.collect();
    CHECK_THAT(ports(epoch), Catch::Contains("\"connected\":true"));
  }
  CHECK(server.connections() == 3);
  CHECK(server.requests().empty());
}

TEST_CASE("ports are left alone where nobody asked for them") {
  Bench bench;
  bench.fetcher.change = [](Snapshot& snapshot) { snapshot.body = R"({"host":"0.0.0.0","port":4222})"; };
  bench.job.fetch.budget = 5s;
  bench.collect();
  CHECK_FALSE(bench.recording().snapshot(1, "a", Endpoint::ports));
}

TEST_CASE("the deployment goes with the epoch, without credentials") {
  Bench bench;
  bench.collect();
  const Recording recording = bench.recording();
  const Deployment deployment = recording.deployment(recording.epochs()[0].deployment.value());
  CHECK(deployment.interval == 15s);
  CHECK(deployment.targets ==
        std::vector<Deployment::Target>{{"b", "http://b:8222", ""}, {"a", "http://a:8222", ""}});
  CHECK(deployment.clusters == bench.job.clusters);
}

TEST_CASE("an epoch in which everything fails is an epoch") {
  Bench bench;
  bench.fetcher.change = refuse;
  const auto epoch = bench.collect();
  CHECK(epoch->failures.size() == 4);
  CHECK(bench.recording().epoch(1).snapshots[3].failure ==
        FetchFailure{FailureClass::refused, "Connection refused"});
}

TEST_CASE("while another collector holds the store no server is asked") {
  Bench bench;
  const auto lock = StoreLock::try_acquire(bench.job.store);
  CHECK_FALSE(bench.collect());
  CHECK(bench.fetcher.fetches.empty());
}

TEST_CASE("a store that cannot be used is found before servers are asked") {
  Bench bench;
  write_bytes(bench.job.store, "this is a text and no recording at all");
  CHECK_THROWS_AS(bench.collect(), Failure);
  CHECK(bench.fetcher.fetches.empty());
}

namespace {

/// A run that cannot record, as another program has left its bytes in the recording's place.
void lose(Bench& bench) {
  const auto aside = bench.folder.path() / "aside.db";
  std::filesystem::rename(bench.job.store, aside);
  write_bytes(bench.job.store, "this is a text and no recording at all");
  CHECK_THROWS_AS(bench.collect(), Failure);
  std::filesystem::rename(aside, bench.job.store);
}

std::optional<Loss> loss_of(const Recording& recording, std::int64_t epoch) {
  const VerbatimFiles files = recording.verbatim(epoch);
  const auto file = files.find(std::string{loss_file});
  return file == files.end() ? std::nullopt : parse_loss(file->second);
}

}  // namespace

TEST_CASE("the next epoch tells how many were lost before it, when and why") {
  Bench bench;
  bench.collect();
  const Time first = bench.clock.time += 15s;
  lose(bench);
  const Time last = bench.clock.time += 30s;
  lose(bench);
  bench.clock.time += 15s;
  bench.collect();
  bench.collect();
  const Recording recording = bench.recording();
  const auto loss = loss_of(recording, 2);
  REQUIRE(loss);
  CHECK(loss->epochs == 2);
  CHECK(loss->first == first);
  CHECK(loss->last == last);
  CHECK(loss->cause == "store_unusable");
  CHECK_THAT(loss->text, Catch::Contains("is not a recording"));
  CHECK_FALSE(loss_of(recording, 3));
  CHECK(verify(bench.job.store, false).damage.empty());
  const Status status = status_of(bench.job.store);
  REQUIRE(status.losses.size() == 1);
  REQUIRE(status.gaps.size() == 1);
  CHECK(status.gaps[0].reason == "store_unusable");
}

TEST_CASE("a loss that is recorded but still noted, as after a kill, is not recorded again") {
  Bench bench;
  bench.collect();
  lose(bench);
  const std::string note = StoreLock::try_acquire(bench.job.store)->note();
  bench.collect();
  StoreLock::try_acquire(bench.job.store)->leave_note(note);
  bench.collect();
  CHECK(loss_of(bench.recording(), 2));
  CHECK_FALSE(loss_of(bench.recording(), 3));
}

TEST_CASE("epochs keep their order whatever the clock does, and the status tells what it did") {
  Bench bench;
  const Time begin = bench.clock.time;
  for (const Duration jump : std::initializer_list<Duration>{0s, 15s, 0s, -1h, 15s, 24h, 15s}) {
    bench.clock.time += jump;
    bench.collect();
  }
  CHECK(verify(bench.job.store, false).damage.empty());
  const auto epochs = bench.recording().epochs();
  REQUIRE(epochs.size() == 7);
  for (std::size_t i = 0; i < epochs.size(); ++i) CHECK(epochs[i].number == static_cast<std::int64_t>(i) + 1);
  CHECK(epochs[2].started == epochs[1].started);
  const Status status = status_of(bench.job.store);
  REQUIRE(status.set_back.size() == 1);
  CHECK(status.set_back[0].from == begin + 15s);
  CHECK(status.set_back[0].to == begin + 15s - 1h);
  REQUIRE(status.gaps.size() == 1);
  CHECK(status.gaps[0].by - status.gaps[0].after == 24h);
  CHECK(status.coverage == Approx(45.0 / (24 * 3600 + 45)));
  CHECK_THAT(to_text(status), Catch::Contains("clock       set back by 1h00m, from"));
}

TEST_CASE("an epoch is told in a line") {
  CollectedEpoch epoch{12, 6, {}, 120ms, {}};
  CHECK(describe(epoch) == "epoch 12: 6 of 6 targets answered, 0.1s");
  const auto fail = [&](const char* target, FailureClass failure) {
    epoch.failures.push_back({target, Endpoint::varz, {}, {}, {}, FetchFailure{failure, "why"}, {}});
  };
  fail("b", FailureClass::refused);
  fail("b", FailureClass::refused);
  fail("a\n", FailureClass::timeout);
  CHECK(describe(epoch) == "epoch 12: 4 of 6 targets answered, 0.1s; a\\x0a: timeout, b: refused");
  fail("c", FailureClass::dns);
  fail("d", FailureClass::dns);
  CHECK(describe(epoch) ==
        "epoch 12: 2 of 6 targets answered, 0.1s; a\\x0a: timeout, b: refused, c: dns and 1 more");
  epoch.failures.resize(1);
  CHECK(describe(epoch, true) == "epoch 12: 5 of 6 targets answered, 0.1s\n  b/varz: refused: why");
}

TEST_CASE("addresses of a name are targets; those that are gone are asked while they answer") {
  Bench bench;
  bench.job.sources = {{Source::Kind::dns, make_target("http://nats.svc:8222"), {}}};
  const auto targets_of = [&](std::int64_t number) {
    std::vector<std::string> out;
    for (const Snapshot& snapshot : bench.recording().epoch(number).snapshots) {
      if (snapshot.endpoint == Endpoint::varz) out.push_back(snapshot.target);
    }
    return out;
  };
  auto& hosts = bench.resolver.names["nats.svc"].hosts;
  hosts = {{"10.0.0.1", ""}, {"10.0.0.2", ""}};
  bench.collect();
  CHECK(targets_of(1) == std::vector<std::string>{"10.0.0.1_8222", "10.0.0.2_8222"});

  hosts = {{"10.0.0.2", ""}, {"10.0.0.3", ""}};  // 10.0.0.1 is not ready any more
  bench.fetcher.change = [](Snapshot& snapshot) {
    if (snapshot.target == "10.0.0.1_8222") refuse(snapshot);
  };
  bench.collect();
  CHECK(targets_of(2) == std::vector<std::string>{"10.0.0.1_8222", "10.0.0.2_8222", "10.0.0.3_8222"});
  bench.collect();
  CHECK(targets_of(3) == std::vector<std::string>{"10.0.0.2_8222", "10.0.0.3_8222"});

  bench.resolver.names.clear();
  bench.collect();
  CHECK(targets_of(4) == std::vector<std::string>{"10.0.0.2_8222", "10.0.0.3_8222", "nats.svc_8222"});
  const Epoch epoch = bench.recording().epoch(4);
  CHECK(epoch.snapshots.back().failure->failure == FailureClass::dns);
  const auto& targets = bench.recording().deployment(*epoch.deployment).targets;
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].via == "nats.svc_8222");
}

TEST_CASE("what names take of the budget is not there for the servers") {
  Bench bench;
  bench.job.fetch.timeout = 5s;
  bench.job.fetch.budget = 8s;
  bench.job.sources = {{Source::Kind::dns, make_target("http://nats.svc:8222"), {}}};
  bench.collect();
  CHECK(bench.resolver.patience == 4s);
  CHECK(bench.fetcher.options.budget == 8s);  // the clock stood still
}

TEST_CASE("servers that answer through an account are targets, and expected to answer the next time") {
  Bench bench;
  bench.job.sources.push_back({Source::Kind::account, make_account({"nats://b"}, "sys"), {}});
  bench.accounts.servers = {"east.a1", "east.a2"};
  CHECK(bench.collect()->targets == 4);
  CHECK(bench.accounts.expected.empty());
  bench.accounts.servers = {"east.a1"};
  bench.collect();
  REQUIRE(bench.accounts.expected.size() == 2);
  CHECK(bench.accounts.expected[1].label == "sys.east.a2");
  CHECK(bench.recording().epoch(2).snapshots.back().target == "sys.east.a1");
}
