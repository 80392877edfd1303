#pragma once
#include "analyzer/report/text.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

/// What to tell of a recording that grows, for a terminal: all of it the first time, later what is new.
namespace natsrec {

/// `timeline`: each happening once, in the order in which they come to be known.
class TimelineNews {
 public:
  explicit TimelineNews(const TextOptions& options, std::vector<Annotation> annotations = {})
      : options_(options), annotations_(std::move(annotations)) {}
  /// Of the analysis as it is now; empty: nothing is new.
  std::string tell(const Analysis& analysis);

 private:
  TextOptions options_;
  std::vector<Annotation> annotations_;
  std::map<std::string, std::size_t> told_;  ///< how often, by what tells one from another
  std::string day_;                          ///< of the line told last; empty: none was
  bool begun_ = false;
};

/// `incidents`: each anew when there is more to it than that it lasts.
class IncidentNews {
 public:
  explicit IncidentNews(const TextOptions& options) : options_(options) {}
  /// Of the analysis as it is now; empty: nothing is new.
  std::string tell(const Analysis& analysis);

 private:
  TextOptions options_;
  std::map<std::string, Incident> told_;  ///< by id, as told last
  bool begun_ = false;
};

}  // namespace natsrec
