#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;
using Told = std::vector<std::string>;
using Reach = FakeMesh::Reach;

namespace {

void all(FakeMesh& mesh, Reach reach) {
  for (const auto* name : {"a1", "a2", "a3"}) mesh[name].reach = reach;
}

std::vector<std::string> reasons(const Analysis& analysis) {
  std::vector<std::string> result;
  for (const auto& finding : analysis.findings)
    if (finding.kind == Kind::collection_gap) result.push_back(finding.details["reason"]);
  return result;
}

}  // namespace

TEST_CASE("a refusal is a sign of life: the collector was not blind") {
  auto mesh = three();
  all(mesh, Reach::silent);
  mesh["a1"].reach = Reach::refuses;
  mesh.epoch_after(10s);
  CHECK(reasons(mesh.analysis()).empty());
}

TEST_CASE("a gap at the end is told, and is open") {
  auto mesh = three();
  all(mesh, Reach::silent);
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(reasons(analysis) == Told{"collector_blind"});
  CHECK(find(analysis, Kind::collection_gap)->open());
  CHECK(told(analysis) == Told{});
}

TEST_CASE("a recording that begins blind says so") {
  FakeMesh mesh;
  mesh.interval = 10s;
  mesh.cluster("east", {"a1", "a2", "a3"});
  all(mesh, Reach::silent);
  mesh.epochs(2, 10s);
  all(mesh, Reach::answers);
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  REQUIRE(reasons(analysis) == Told{"collector_blind"});
  CHECK_FALSE(find(analysis, Kind::collection_gap)->began.after);
  CHECK_FALSE(find(analysis, Kind::collection_gap)->open());
}

TEST_CASE("nobody collected, then the collector was blind: two gaps, each with its reason") {
  auto mesh = three();
  all(mesh, Reach::silent);
  mesh.epoch_after(5min);
  all(mesh, Reach::answers);
  mesh.epoch_after(10s);
  CHECK(reasons(mesh.analysis()) == Told{"not_collected", "collector_blind"});
}

TEST_CASE("a condition lasts through a gap") {
  auto mesh = three();
  mesh.die("a3");
  mesh.epoch_after(10s);
  mesh.epoch_after(10min);
  mesh.epoch_after(10s);
  const auto analysis = mesh.analysis();
  CHECK(told(analysis) == Told{"server_down a3"});
  CHECK(find(analysis, Kind::server_down)->open());
}

TEST_CASE("a collector whose clock is set back makes no bracket run backwards") {
  auto mesh = three();
  mesh.now -= 1h;
  mesh.die("a3");
  mesh.epochs(2, 10s);
  const auto analysis = mesh.analysis();
  CHECK(reasons(analysis) == Told{"clock_set_back"});
  for (const auto& finding : analysis.findings) {
    if (finding.began.after) CHECK(*finding.began.after <= finding.began.by);
    if (finding.ended && finding.ended->after) CHECK(*finding.ended->after <= finding.ended->by);
  }
  CHECK(find(analysis, Kind::server_down));
}

TEST_CASE("an epoch in the instant in which one ended is no gap, and a clock that jumps ahead leaves one") {
  auto mesh = three();
  mesh.epoch_after(10s);
  const Epoch before = mesh.snapshot();
  mesh.epoch_after(before.ended - before.started);
  CHECK(reasons(mesh.analysis()).empty());
  mesh.epoch_after(24h);
  mesh.epoch_after(10s);
  CHECK(reasons(mesh.analysis()) == Told{"not_collected"});
}
