#pragma once
#include "analyzer/detect/options.hpp"
#include "schema/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// What round trip is usual on one link: the median of its last 24 h. Keeps a few hundred samples however
/// often it is asked, further and further apart until they reach over a day.
class RttBaseline {
 public:
  struct Verdict {
    bool high = false;
    std::optional<Duration> usual;  ///< the median; absent: too little is known
    Duration limit{};               ///< from here on it is high
  };
  /// Judges a round trip by those before it, and remembers it. Absent: it is not too long for certain, but
  /// too little is known to call it usual.
  std::optional<Verdict> judge(Time at, Duration rtt, const DetectionOptions& options);

  // Of all that is saved most are these samples, and they change once in minutes: they are put aside, and
  // stay packed until one comes or goes.
  template <class Archive>
  void save(Archive& archive) const {
    archive(oldest_, newest_, median_, step_);
    archive.put_aside(samples_.empty() ? packed_ : pack());
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(oldest_, newest_, median_, step_);
    packed_ = archive.from_aside();
  }

 private:
  bool any() const { return !samples_.empty() || !packed_.empty(); }
  void remember(Time at, Duration rtt);
  void thin_out();
  void sort();
  /// Of each sample in turn, how long after the one before it was, and its round trip.
  std::string pack() const;
  void unpack();

  std::deque<std::pair<Time, Duration>> samples_;
  std::vector<Duration> sorted_;              ///< their round trips
  std::string packed_;                        ///< the samples, until they are needed: there are none then
  Time oldest_, newest_;                      ///< of them, if there are any
  Duration median_{};                         ///< of them
  Duration step_ = std::chrono::seconds(10);  ///< at least as far apart
};

}  // namespace natsrec
