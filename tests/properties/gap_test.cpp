#include "tests/properties/canonical.hpp"
#include "tests/properties/world.hpp"
#include "tests/unit/test.hpp"

// A gap opens and resolves nothing but itself (DETECTION 1.1).

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

const RecordingFacts facts{"id", "test.db", 0};

/// Without the gaps, and without when flapping ended: that counts observed time, of which a gap has none.
std::vector<std::string> told_besides_gaps(const Replay& replay) {
  auto analysis = assemble(replay, facts, {});
  std::erase_if(analysis.findings, [](const auto& f) { return f.kind == Kind::collection_gap; });
  for (auto& finding : analysis.findings) {
    if (finding.kind != Kind::route_flapping && finding.kind != Kind::gateway_flapping) continue;
    finding.ended_epochs.clear();
    finding.ended_by.reset();
  }
  return findings(analysis);
}

EpochInfo info_of(const Epoch& epoch, Duration interval) {
  return {epoch.number, epoch.started, epoch.ended, interval, std::nullopt, {}};
}

Epoch blind(const Epoch& before, Duration later) {
  auto epoch = before;
  epoch.started += later;
  epoch.ended += later;
  for (auto& snapshot : epoch.snapshots) {
    *snapshot.asked += later;
    *snapshot.answered += later;
    snapshot.status.reset();
    snapshot.body.reset();
    snapshot.failure = {FailureClass::timeout, "timed out"};
  }
  return epoch;
}

}  // namespace

TEST_CASE("an epoch in which nobody answers changes nothing that is known") {
  Decoder decoder;
  const auto last = first_seed() + tapes() / 4;
  for (auto seed = first_seed(); seed < last; ++seed) {
    INFO("NATSREC_SEED=" << seed);
    Replay story;
    for (const auto& epoch : record(seed, 120, 5s)) {
      story.step(info_of(epoch, 5s), observe(epoch, decoder), nullptr);
      auto in_the_dark = story;
      const auto dark = blind(epoch, 1s);
      in_the_dark.step(info_of(dark, 5s), observe(dark, decoder), nullptr);
      CHECK(told_besides_gaps(story) == told_besides_gaps(in_the_dark));
    }
  }
}

TEST_CASE("after a gap is told what would be told without one") {
  Decoder decoder;
  const auto last = first_seed() + tapes();
  for (auto seed = first_seed(); seed < last; ++seed) {
    INFO("NATSREC_SEED=" << seed);
    const auto tape = record(seed, 120, 5s);
    const std::size_t from = 20 + seed % 60, to = from + 10 + seed % 7;
    Replay story;
    for (std::size_t i = 0; i < from; ++i)
      story.step(info_of(tape[i], 5s), observe(tape[i], decoder), nullptr);
    auto no_gap = story;
    story.step(info_of(tape[to], 5s), observe(tape[to], decoder), nullptr);
    no_gap.step(info_of(tape[to], 60s), observe(tape[to], decoder), nullptr);
    CHECK(assemble(story, facts, {}).recording.gaps.size() ==
          assemble(no_gap, facts, {}).recording.gaps.size() + 1);
    CHECK(told_besides_gaps(story) == told_besides_gaps(no_gap));
  }
}
