#pragma once
#include "tests/oracle/history.hpp"

#include <cstdint>
#include <random>

/// The families of histories that are gone through. Each is a tree: a round is one of `branching` choices, so
/// that histories with a common beginning can share what was worked out for it.
namespace natsrec::oracle {

/// What has to be remembered between two rounds of a history that is being written.
struct Links {
  std::array<std::array<int, most_servers>, most_servers> connection{};  ///< newest of the pair
  std::array<std::array<Time, most_servers>, most_servers> made{};
  std::array<std::array<bool, most_servers>, most_servers> gone{};  ///< in the round before
};

/// Two servers, each of which lists, lacks, or does not answer; and the route may have been renewed since the
/// round before.
inline constexpr std::uint64_t directed_choices = 3 * 3 * 2;
void write_directed(History& history, Links& links, const Pace& pace, std::uint64_t choice);

/// Every link of a cluster is up, down, one-sided or unknown (too young to tell).
std::uint64_t link_choices(int servers);
void write_links(History& history, Links& links, const Pace& pace, std::uint64_t choice);

/// Anybody says anything.
void write_random(History& history, Links& links, const Pace& pace, std::mt19937_64& random);

}  // namespace natsrec::oracle
