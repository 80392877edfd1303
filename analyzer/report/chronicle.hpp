#pragma once
#include "analyzer/incident/model.hpp"

#include <string>
#include <vector>

namespace natsrec {

/// One line of a timeline: a finding that began or ended, a gap, or a note of the reader's own.
struct Happening {
  enum class What { began, ended, event, gap, note };
  Time at;
  What what = What::event;
  const Finding* finding = nullptr;  ///< absent for gaps and notes
  Moment moment;                     ///< with its bounds
  std::string text;
};
std::string_view name(Happening::What what);

/// Everything that happened, in order of time; at one moment ends come before beginnings. Points into the
/// analysis.
std::vector<Happening> chronicle(const Analysis& analysis, const std::vector<Annotation>& annotations);

}  // namespace natsrec
