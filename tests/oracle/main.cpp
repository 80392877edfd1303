#include "tests/oracle/analyzed.hpp"
#include "tests/oracle/histories.hpp"
#include "tests/oracle/oracle.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

/// Compares the analyzer with the oracle: oracle [--share PERCENT] [--random N] [--seed N] [--show N]
///
/// Goes through every history of two servers over four rounds, that share of all histories of three servers
/// over four rounds and of four servers over two, and N random ones of four servers over four rounds.
namespace natsrec::oracle {
namespace {

using namespace std::chrono_literals;

struct Arguments {
  double share = 2;
  std::uint64_t random = 20000;
  std::uint64_t seed = 1;
  std::uint64_t show = 5;  ///< how many disagreements are printed in full
};

const std::array paces{
    Pace{{10s, 10s, 10s, 10s}, 1ms, 5s},    // the usual
    Pace{{10s, 20s, 15s, 10s}, 1ms, 1s},    // uneven, and connections too young to judge
    Pace{{10s, 60s, 10s, 10s}, 1ms, 5s},    // a gap in the middle
    Pace{{20s, 20s, 20s, 20s}, 3s, 500ms},  // servers asked one after the other
};
const Pace one_after_the_other{{60s, 60s, 60s, 60s}, 3s, 3s};

std::string in_words(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const auto& v : verdicts) {
    text += fmt::format("    {}", info(v.kind).name);
    if (v.server >= 0) text += fmt::format(" a{}-a{}", v.server + 1, v.peer + 1);
    text += fmt::format(" began {}..{}", v.after, v.by);
    if (v.ended_by) text += fmt::format(" ended {}..{}", v.ended_after, v.ended_by);
    if (v.count) text += fmt::format(" x{}", v.count);
    text += '\n';
  }
  return text.empty() ? "    nothing\n" : text;
}

class Comparison {
 public:
  explicit Comparison(const Arguments& arguments) : arguments_(arguments) {}

  void compare(const History& history, const Analyzed& analyzed) {
    ++histories_;
    const auto expect = expected(history), got = analyzed.verdicts();
    const auto flaws = analyzed.flaws();
    if (expect == got && flaws.empty()) return;
    ++wrong_;
    if (wrong_ <= arguments_.show)
      fmt::print("{}  expected\n{}  found\n{}{}\n", print(history), in_words(expect), in_words(got), flaws);
  }

  void directed() {
    for (const bool only_routes : {true, false})
      for (const auto& pace : paces) grow(2, only_routes, pace, 4, directed_choices, write_directed, 1);
    report("2 servers x 4 rounds, directed: all");
  }

  void links(int servers, int rounds) {
    const auto choices = link_choices(servers);
    grow(servers, true, one_after_the_other, rounds, choices, write_links, arguments_.share / 100);
    report(fmt::format("{} servers x {} rounds, links: {} %", servers, rounds, arguments_.share));
  }

  void random() {
    std::mt19937_64 random(arguments_.seed);
    for (std::uint64_t i = 0; i < arguments_.random; ++i) {
      auto history = begin(4, random() % 2 == 0);
      const auto& pace = paces.at(random() % paces.size());
      Links links;
      Analyzed analyzed(history);
      for (int round = 0; round < 4; ++round) {
        write_random(history, links, pace, random);
        analyzed.step(history.rounds.back());
      }
      compare(history, analyzed);
    }
    report(fmt::format("4 servers x 4 rounds, random, seed {}", arguments_.seed));
  }

  bool ok() const { return !any_wrong_; }

 private:
  using Write = void (*)(History&, Links&, const Pace&, std::uint64_t);
  struct Family {
    const Pace& pace;
    std::size_t rounds;
    std::uint64_t choices;
    Write write;
  };

  /// A share is taken of the last round's choices, another part for every beginning, so that all of them are
  /// spread.
  void grow(int servers, bool only_routes, const Pace& pace, int rounds, std::uint64_t choices, Write write,
            double share) {
    const Family family{pace, static_cast<std::size_t>(rounds), choices, write};
    std::mt19937_64 draw(arguments_.seed);
    const auto history = begin(servers, only_routes);
    grow(family, history, {}, Analyzed(history), draw, share);
  }

  void grow(const Family& family, const History& history, const Links& links, const Analyzed& analyzed,
            std::mt19937_64& draw, double share) {
    const bool last = history.rounds.size() + 1 == family.rounds;
    constexpr auto most = static_cast<double>(std::mt19937_64::max());
    for (std::uint64_t choice = 0; choice < family.choices; ++choice) {
      if (last && share < 1 && static_cast<double>(draw()) > share * most) continue;
      auto grown = history;
      auto grown_links = links;
      auto grown_analyzed = analyzed;
      family.write(grown, grown_links, family.pace, choice);
      grown_analyzed.step(grown.rounds.back());
      if (last)
        compare(grown, grown_analyzed);
      else
        grow(family, grown, grown_links, grown_analyzed, draw, share);
    }
  }

  void report(const std::string& what) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since_;
    fmt::print("{}: {} histories, {} disagreements, {:.1f} s, {:.0f}/s\n", what, histories_, wrong_,
               took.count(), static_cast<double>(histories_) / took.count());
    std::fflush(stdout);
    any_wrong_ |= wrong_ > 0 || histories_ == 0;
    histories_ = wrong_ = 0;
    since_ = std::chrono::steady_clock::now();
  }

  const Arguments arguments_;
  std::uint64_t histories_ = 0, wrong_ = 0;
  bool any_wrong_ = false;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

template <class T>
bool number(const char* text, T& value) {
  const auto* end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, value);
  return error == std::errc() && at == end;
}

bool parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto* value = argv[i + 1];
    const bool ok = name == "--share"    ? number(value, arguments.share)
                    : name == "--random" ? number(value, arguments.random)
                    : name == "--seed"   ? number(value, arguments.seed)
                                         : name == "--show" && number(value, arguments.show);
    if (!ok) return false;
  }
  return argc % 2 == 1;
}

int run(const Arguments& arguments) {
  Comparison comparison(arguments);
  comparison.directed();
  comparison.links(3, 4);
  comparison.links(4, 2);
  comparison.random();
  return comparison.ok() ? 0 : 1;
}

}  // namespace
}  // namespace natsrec::oracle

int main(int argc, char** argv) {
  natsrec::oracle::Arguments arguments;
  if (!natsrec::oracle::parse(argc, argv, arguments)) {
    fmt::print(stderr, "usage: oracle [--share PERCENT] [--random N] [--seed N] [--show N]\n");
    return 2;
  }
  return natsrec::oracle::run(arguments);
}
