#include "tests/oracle/history.hpp"

#include <fmt/format.h>

namespace natsrec::oracle {

History begin(int servers, bool only_routes) { return {servers, only_routes, {}}; }

Round& add_round(History& history, const Pace& pace) {
  static const Time origin = *parse_time("2026-01-01T00:00:00Z");
  const auto number = history.rounds.size();
  const auto started = number == 0 ? origin : history.rounds.back().started + pace.steps.at(number - 1);
  auto& round = history.rounds.emplace_back();
  round.started = started;
  for (int server = 0; server < history.servers; ++server)
    round.by.at(static_cast<std::size_t>(server)).at = started + server * pace.spacing;
  return round;
}

std::string print(const History& history) {
  std::string text;
  for (std::size_t number = 0; number < history.rounds.size(); ++number) {
    const auto& round = history.rounds[number];
    const auto since = round.started - history.rounds.front().started;
    text += fmt::format("  {} at {:>4}:", number + 1, format_duration(since));
    for (std::size_t one = 0; one < static_cast<std::size_t>(history.servers); ++one) {
      const auto& word = round.by.at(one);
      text += fmt::format("  a{}", one + 1);
      if (!word.answered) {
        text += " silent";
        continue;
      }
      if (word.at != round.started) text += fmt::format("+{}ms", (word.at - round.started).count() / 1000);
      text += " lists";
      for (std::size_t other = 0; other < static_cast<std::size_t>(history.servers); ++other)
        if (const auto& listing = word.of.at(other); listing.connection != 0)
          text += fmt::format(" a{}#{}({}ms)", other + 1, listing.connection,
                              (word.at - listing.start).count() / 1000);
    }
    text += '\n';
  }
  return text + fmt::format("  (servers that are silent {})\n",
                            history.only_routes ? "fail to tell their routes only" : "answer nothing at all");
}

}  // namespace natsrec::oracle
