#pragma once
#include "analyzer/detect/options.hpp"
#include "schema/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
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

  // Of all that is saved most are these samples.
  template <class Archive>
  void save(Archive& archive) const {
    archive(as_numbers(), median_, step_);
  }
  template <class Archive>
  void load(Archive& archive) {
    std::vector<std::int64_t> numbers;
    archive(numbers, median_, step_);
    take(numbers);
  }

 private:
  void remember(Time at, Duration rtt);
  void thin_out();
  void sort();
  /// Of each sample in turn, how long after the one before it was, and its round trip.
  std::vector<std::int64_t> as_numbers() const;
  void take(const std::vector<std::int64_t>& numbers);

  std::deque<std::pair<Time, Duration>> samples_;
  std::vector<Duration> sorted_;              ///< their round trips; none yet where samples were loaded
  Duration median_{};                         ///< of them, saved so that loading need not sort
  Duration step_ = std::chrono::seconds(10);  ///< at least as far apart
};

}  // namespace natsrec
