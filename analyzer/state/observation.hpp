#pragma once
#include "analyzer/decode/decoder.hpp"
#include "analyzer/saved/fields.hpp"
#include "schema/snapshot.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// One epoch with its bodies decoded: the last place that knows snapshots.
namespace natsrec {

/// When and where something was seen.
struct Sighting {
  std::int64_t epoch = 0;
  Time asked, answered;
  Interned target;
  Endpoint endpoint = Endpoint::varz;
  template <class Archive>
  void serialize(Archive& archive) {
    fields<5>(archive, *this);
  }
};

/// What asking one endpoint gave.
template <class T>
struct Answer {
  Sighting seen;
  std::optional<int> status;            ///< some HTTP answer came, whatever it said
  std::optional<FetchFailure> failure;  ///< of the transport
  std::optional<T> body;                ///< absent: unknown
  bool timed = false;                   ///< asked and answered were recorded, not assumed
};

struct TargetObservation {
  Interned target;
  std::optional<Answer<Varz>> varz;  ///< absent: not asked
  std::optional<Answer<Routez>> routez;
  std::optional<Answer<Gatewayz>> gatewayz;
  std::optional<Answer<Healthz>> healthz;
  std::optional<Answer<Leafz>> leafz;

  /// Some server answered something over HTTP.
  bool answered() const;
  /// Nothing answered, and at least once the host itself said that nobody listens.
  bool refused() const;
  /// The failure to report when nothing answered: the first one.
  const Sighting* first_failure(const FetchFailure** failure) const;
  /// The earliest request that was answered.
  const Sighting* first_answer() const;
  const Sighting* last_answer() const;
};

struct Observation {
  std::int64_t epoch = 0;
  Time started, ended;
  std::vector<TargetObservation> targets;  ///< by label

  /// No target gave a sign of life: the collector was blind (DETECTION 1.1).
  bool blind() const;
};

/// Decodes an epoch. A snapshot without recorded times gets the widest honest ones: its body's own clock
/// where it carries one, else the span from the earliest to the latest time known of its target.
Observation observe(const Epoch& epoch, Decoder& decoder);

}  // namespace natsrec
