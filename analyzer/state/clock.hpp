#pragma once
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/fleet.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace natsrec {

/// A moment told by a server's clock, put on the collector's.
struct Exact {
  Time time;
  std::optional<double> error_s;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<2>(archive, *this);
  }
};

/// Puts servers' clocks onto the collector's: skew is the server's `now` minus the middle of our round trip,
/// the tightest of the last 15 minutes (DETECTION 1.13). Captures without times of asking have no skew to
/// estimate; there a server's word is taken as it is.
class Clocks {
 public:
  /// A new run may live on another host: what was known of its clock is forgotten.
  void observe(ServerRef server, Interned run, const ServerView& view);
  Exact translate(ServerRef server, Time server_time) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [known] = *this;
    archive(known);
  }

 private:
  struct Sample {
    Time at;
    Duration round_trip;
    Duration skew;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<3>(archive, *this);
    }
  };
  template <class T>
  static void sample(std::deque<Sample>& samples, const Answer<T>* answer);
  struct Known {
    Interned run;
    std::deque<Sample> samples;  ///< none looser than one after it: the first is the tightest
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  std::map<ServerRef, Known> known_;
};

}  // namespace natsrec
