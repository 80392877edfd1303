#include "analyzer/commands/analysis.hpp"
#include "schema/capture.hpp"
#include "tests/unit/fake_mesh.hpp"
#include "tests/unit/test.hpp"

#include <unistd.h>

#include <filesystem>

using namespace natsrec;
using namespace natsrec::testing;

TEST_CASE("the capture of a real supercluster is told as its log says") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("capture_findings." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto store = folder / "history.db";
  const std::vector captures{std::filesystem::path(SOURCE_DIR) / "samples/captures/supercluster-2.9.10"};
  {
    auto recorder = Recorder::open(store);
    const auto transfer = import_captures(recorder, captures);
    CHECK(transfer.refused.empty());
  }
  const auto analysis = analyse(store, {}, {});
  std::filesystem::remove_all(folder);

  // East-n1 is down and not only unseen once its peers have written to it for 90 s and heard nothing: until
  // then monitor_unreachable says what is known, afterwards it goes along with that.
  CHECK(told(analysis) ==
        std::vector<std::string>{"gateway_down west-n2>east", "jetstream_unhealthy east-n3",
                                 "jetstream_unhealthy west-n1", "jetstream_unhealthy west-n2",
                                 "jetstream_unhealthy west-n3", "meta_leader_missing east",
                                 "monitor_unreachable east-n2", "server_down east-n1", "server_down east-n2",
                                 "server_restarted east-n2", "server_restarted west-n3"});
  const auto* dead = find(analysis, Kind::server_down, "east-n1");
  CHECK(find(analysis, Kind::monitor_unreachable, "east-n1")->consequence_of == dead->id);
  CHECK(find(analysis, Kind::route_silent, "east-n1", "east-n2")->consequence_of == dead->id);
  CHECK(find(analysis, Kind::gateway_down, "west-n3"));
  const auto* reload = find(analysis, Kind::config_reloaded, "west-n1");
  REQUIRE(reload);
  // It came 48 s after the reload, which the rules hold it against, so it raises no alarm of its own.
  const auto* renewed = find(analysis, Kind::route_reconnected, "west-n1", "west-n2");
  REQUIRE(renewed);
  CHECK(renewed->consequence_of == reload->id);
  for (const auto& finding : analysis.findings) {
    if (finding.kind == Kind::gateway_down || finding.kind == Kind::jetstream_unhealthy)
      CHECK(finding.incident == dead->incident);
    if (finding.kind == Kind::route_down)
      CHECK(finding.consequence_of == find(analysis, Kind::server_down, "east-n2")->id);
  }
  const auto* silent = find(analysis, Kind::monitor_unreachable, "east-n2");
  CHECK(silent->open());
  const auto* down = find(analysis, Kind::server_down, "east-n2");
  CHECK(down->incident != dead->incident);
  CHECK(down->ended->by <= find(analysis, Kind::server_restarted, "east-n2")->began.by);
  CHECK(format_time(*find(analysis, Kind::server_restarted, "east-n2")->began.exact) ==
        "2026-11-21T05:25:21.887601Z");
}
