#pragma once
#include "analyzer/incident/model.hpp"

#include <string>
#include <vector>

/// What shows only when a whole span is looked at together.
namespace natsrec {

/// How a server, route or gateway fared.
struct Fared {
  std::string title;       ///< as its lane's
  Duration impaired{};     ///< down, one-sided, degraded or not ready
  Duration down{};         ///< of that, down
  std::size_t spells = 0;  ///< unbroken spans of being impaired
  Duration longest{};      ///< of these
};
/// Worst first, without those that were never impaired.
std::vector<Fared> fared(const Analysis& analysis);
/// Servers by how long they were not ready, without those that always were.
std::vector<Fared> not_ready(const Analysis& analysis);

/// What was made anew, and how often.
struct Flapped {
  std::string subject;
  int times = 0;          ///< re-establishments, at least
  std::size_t spans = 0;  ///< in which it flapped
  std::optional<Time> last;
};
/// Most often first.
std::vector<Flapped> flapped(const Analysis& analysis);

/// Findings of these kinds in order of time.
std::vector<const Finding*> of_kinds(const Analysis& analysis, const std::vector<Kind>& kinds);

/// Something about the configuration that is worth a thought, whether or not anything broke.
struct Advice {
  std::string subject;  ///< a cluster or server
  std::string text;     ///< what it is, and why that matters
};

}  // namespace natsrec
