#include "analyzer/commands/analysis.hpp"
#include "analyzer/facts/version.hpp"
#include "analyzer/report/json.hpp"
#include "schema/capture.hpp"
#include "schema/read_access.hpp"
#include "tests/unit/test.hpp"

#include <cstdint>

using namespace natsrec;

namespace {

/// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3;
  return hash;
}

}  // namespace

// If this fails, what the analyzer says has changed: facts that were kept say what it said before. Move
// decoder_version or detector_version in analyzer/facts/version.hpp, and write the new numbers here.
TEST_CASE("versions of facts move with what the analyzer says") {
  const store::TemporaryFolder folder;
  const auto store = folder.path() / "history.db";
  {
    auto recorder = Recorder::open(store);
    import_captures(recorder, {std::filesystem::path(SOURCE_DIR) / "samples/captures/supercluster-2.9.10"});
  }
  Means means;
  means.facts = false;
  const auto said = incidents_json(analyse(store, {}, {}, means));
  const auto told = hash(std::string_view(said).substr(said.find("\"incidents\":")));
  INFO("the hash is now " << told);
  CHECK(facts::decoder_version == 1);
  CHECK(facts::detector_version == 5);
  CHECK(told == 0xab49300e27fa1408u);
}
