#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;

TEST_CASE("three reconnects within fifteen minutes are flapping, which ends after a quiet window") {
  auto mesh = three();
  for (int i = 0; i < 3; ++i) {
    mesh.flap("a1", "a2");
    mesh.epoch_after(58s);
  }
  auto analysis = mesh.analysis();
  const auto* flapping = find(analysis, Kind::route_flapping);
  REQUIRE(flapping);
  CHECK(flapping->count == 3);
  CHECK(flapping->open());
  for (const auto& finding : analysis.findings)
    if (finding.kind == Kind::route_reconnected) CHECK(finding.severity == Severity::info);
  mesh.interval = 60s;
  mesh.epochs(16, 60s);
  analysis = mesh.analysis();
  CHECK_FALSE(find(analysis, Kind::route_flapping)->open());
}

TEST_CASE("two reconnects are not flapping") {
  auto mesh = three();
  for (int i = 0; i < 2; ++i) {
    mesh.flap("a1", "a2");
    mesh.epoch_after(10s);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::route_flapping));
}

TEST_CASE("a pool that reconnects slot by slot is not flapping") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}, 3);
  mesh.epochs(2, 10s);
  for (std::size_t slot = 0; slot < 4; ++slot) {
    for (const auto& [from, to] : {std::pair{"a1", "a2"}, std::pair{"a2", "a1"}}) {
      auto& one = mesh[from].routes.at(to).at(slot);
      one.rid += 100;
      one.start = mesh.now + 1s;
    }
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  CHECK(find(analysis, Kind::route_reconnected));
  CHECK_FALSE(find(analysis, Kind::route_flapping));
}

TEST_CASE("one slot of a pool that reconnects again and again is flapping") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"}, 3);
  mesh.epochs(2, 10s);
  for (int i = 0; i < 5; ++i) {
    for (const auto& [from, to] : {std::pair{"a1", "a2"}, std::pair{"a2", "a1"}}) {
      auto& one = mesh[from].routes.at(to).front();
      one.rid += 100;
      one.start = mesh.now + 1s;
    }
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  const auto* flapping = find(analysis, Kind::route_flapping);
  REQUIRE(flapping);
  CHECK(flapping->count == 5);
}

TEST_CASE("three drops that lie a gap apart are not flapping") {
  auto mesh = three();
  for (int i = 0; i < 4; ++i) {
    mesh.flap("a1", "a2");
    mesh.epoch_after(1h);
  }
  CHECK_FALSE(find(mesh.analysis(), Kind::route_flapping));
}

TEST_CASE("a gap does not end flapping") {
  auto mesh = three();
  for (int i = 0; i < 3; ++i) {
    mesh.flap("a1", "a2");
    mesh.epoch_after(10s);
  }
  mesh.epoch_after(2h);
  CHECK(find(mesh.analysis(), Kind::route_flapping)->open());
}

TEST_CASE("what makes flapping can be chosen") {
  DetectionOptions options;
  options.flap_count = 2;
  options.flap_window = 1min;
  FakeMesh mesh(options);
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2"});
  mesh.epochs(2, 10s);
  for (int i = 0; i < 2; ++i) {
    mesh.flap("a1", "a2");
    mesh.epoch_after(10s);
  }
  CHECK(find(mesh.analysis(), Kind::route_flapping)->open());
  mesh.epochs(7, 10s);
  CHECK_FALSE(find(mesh.analysis(), Kind::route_flapping)->open());
}

TEST_CASE("flapping by one reload after the other is the reloads' doing") {
  auto mesh = three();
  for (int i = 0; i < 3; ++i) {
    mesh.now += 1s;
    mesh["a1"].reloaded = mesh.now;
    mesh.flap("a1", "a2");
    mesh.epoch_after(10s);
  }
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{});
  CHECK(find(analysis, Kind::route_flapping));
}
