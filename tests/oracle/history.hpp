#pragma once
#include "schema/time.hpp"

#include <array>
#include <string>
#include <vector>

/// A made-up recording of one cluster: who said what of whom, round by round. The oracle reads it as it is;
/// the analyzer gets it as decoded bodies.
namespace natsrec::oracle {

inline constexpr int most_servers = 4;

/// What a server says of one peer.
struct Listing {
  int connection = 0;  ///< 0: it lacks the peer; else the same number is the same connection
  Time start;
};

/// One server's /routez.
struct Word {
  bool answered = false;
  Time at;
  std::array<Listing, most_servers> of;
};

struct Round {
  Time started;
  std::array<Word, most_servers> by;
};

struct History {
  int servers = 0;
  bool only_routes = false;  ///< who does not tell its routes answers everything else
  std::vector<Round> rounds;
};

/// When rounds are taken, how long after each other the servers are asked, and how old a connection is that
/// was made since the round before.
struct Pace {
  std::array<Duration, 4> steps;
  Duration spacing;
  Duration age;
};

History begin(int servers, bool only_routes);
/// Appends the round's times; nobody says anything yet.
Round& add_round(History& history, const Pace& pace);

/// For people: a line per round.
std::string print(const History& history);

}  // namespace natsrec::oracle
