#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/detect/options.hpp"
#include "analyzer/saved/fields.hpp"
#include "analyzer/state/scene.hpp"

#include <deque>
#include <map>
#include <tuple>
#include <vector>

namespace natsrec {

/// Lengths of time without the spans that nobody observed.
class ObservedTime {
 public:
  void step(const Scene& scene);
  Duration between(Time from, Time to) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [unobserved, started, observed] = *this;
    archive(unobserved, started, observed);
  }

 private:
  struct Span {
    Time from, to;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  std::vector<Span> unobserved_;
  std::optional<Time> started_;  ///< of the newest epoch
  Duration observed_{};          ///< of the recording up to it
};

/// Counts the evidenced re-establishments of links and tells when they make one flapping (DETECTION 2): at
/// least so many within a window, until a full window passed without one. Works in time, not in samples, and
/// counts as within the window only what surely is, so that a thinner recording never finds more.
class FlapCounter {
 public:
  /// A link dropped and came back.
  struct Once {
    Moment when;
    std::vector<std::int64_t> epochs;  ///< that prove `when`
    Sighting seen;
    Evidence proof;
    template <class Archive>
    void serialize(Archive& archive) {
      fields<4>(archive, *this);
    }
  };
  /// `kind` is route_flapping or gateway_flapping.
  FlapCounter(Kind kind, const DetectionOptions& options)
      : kind_(kind), window_(options.flap_window), count_(options.flap_count) {}

  /// Before anything else in an epoch.
  void step(const Scene& scene) { time_.step(scene); }
  /// One call per re-establishment: both ends' reports of it, or several slots of a pool, are one.
  void reestablished(Subject link, Once once, Ledger& ledger);
  /// The state of `link` is known from `seen`, whatever it is: unknown time is never quiet.
  void known(const Subject& link, const Sighting& seen, Ledger& ledger);
  bool flapping(const Subject& link) const;

  template <class Archive>
  void serialize(Archive& archive) {
    auto& [kind, window, count, time, links] = *this;
    archive(kind, window, count, time, links);
  }

 private:
  struct History {
    std::deque<Once> recent;  ///< those that may make it flapping; the newest alone once it does
    int count = 0;            ///< since it flaps; 0: it does not
    template <class Archive>
    void serialize(Archive& archive) {
      fields<2>(archive, *this);
    }
  };
  using Link = std::tuple<ServerRef, ServerRef, std::string>;
  static Link key(const Subject& link) { return {link.server, link.peer, link.remote}; }
  void open(const Subject& link, History& history, Ledger& ledger) const;

  Kind kind_;
  Duration window_;
  int count_;
  ObservedTime time_;
  std::map<Link, History> links_;  ///< only what was re-established within the last window
};

}  // namespace natsrec
