#include "tests/properties/rewrite.hpp"
#include "tests/unit/test.hpp"

#include <set>

// What servers are called, in which order they are asked and in which order they list things is chance.

using namespace natsrec;
using namespace natsrec::testing;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

void same(const Lines& a, const Lines& b) {
  Lines only_a, only_b;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only_a));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(only_b));
  CHECK(only_a == Lines{});
  CHECK(only_b == Lines{});
}

void same(const Analysis& a, const Analysis& b) {
  same(findings(a), findings(b));
  same(incidents(a), incidents(b));
}

/// Off every time a rule names, such as the 10 s a server has to dial: there a millisecond decides, as it
/// must.
constexpr auto every = 5100ms;

template <class F>
void each_tape(F f) {
  const auto last = first_seed() + tapes();
  for (auto seed = first_seed(); seed < last; ++seed) {
    INFO("NATSREC_SEED=" << seed);
    f(record(seed, 120, every), seed);
  }
}

/// Names as FakeMesh's worlds have them: e1, w2, east, west.
bool is_name(const std::string& text) {
  return text == "east" || text == "west" ||
         (text.size() == 2 && (text[0] == 'e' || text[0] == 'w') && text[1] >= '0' && text[1] <= '9');
}

std::string longer(const std::string& text) { return is_name(text) ? "the-" + text : text; }
std::string shorter(const std::string& text) { return text.starts_with("the-") ? text.substr(4) : text; }

/// Its own inverse; turns the order around.
std::string mirrored(const std::string& text) {
  auto result = text;
  for (auto& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + 'z' - c);
    if (c >= '0' && c <= '9') c = static_cast<char>('0' + '9' - c);
  }
  return is_name(text) || is_name(result) ? result : text;
}

}  // namespace

TEST_CASE("the order of arrays in bodies changes nothing") {
  each_tape([](const Tape& tape, std::uint64_t seed) { same(analyse(tape), analyse(shuffled(tape, seed))); });
}

TEST_CASE("the order of polling changes nothing") {
  each_tape([](const Tape& tape, std::uint64_t seed) {
    same(analyse(tape), analyse(polled_otherwise(tape, seed)));
  });
}

TEST_CASE("other names change the names and nothing else") {
  each_tape([](const Tape& tape, std::uint64_t) {
    const auto before = analyse(tape), after = analyse(renamed(tape, longer));
    same(findings(before), findings(after, shorter));
    same(incidents(before), incidents(after, shorter));
  });
}

TEST_CASE("names in another order change the names and nothing else") {
  each_tape([](const Tape& tape, std::uint64_t) {
    const auto before = analyse(tape), after = analyse(renamed(tape, mirrored));
    same(findings(before), findings(after, mirrored));
    same(incidents(before), incidents(after, mirrored));
  });
}

TEST_CASE("severities are those of the table, or something explains the finding") {
  each_tape([](const Tape& tape, std::uint64_t) {
    for (const auto& finding : analyse(tape).findings) {
      const auto& kind = info(finding.kind);
      INFO(finding.id << " is " << name(finding.severity));
      const bool explained = finding.severity == Severity::info && !finding.consequence_of.empty();
      CHECK((explained || (finding.severity >= kind.least && finding.severity <= kind.most)));
    }
  });
}
