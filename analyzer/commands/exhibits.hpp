#pragma once
#include "analyzer/incident/model.hpp"
#include "schema/recording.hpp"

#include <string>
#include <tuple>

namespace natsrec {

/// Looks up in a recording what evidence points to. Keeps the body read last, since neighbours often share
/// it.
class Exhibits {
 public:
  explicit Exhibits(const Recording& recording) : recording_(recording) {}

  /// The JSON value at the pointer, indented and cut where it is long; the failure, if nothing was answered;
  /// empty for a whole body or where nothing is there.
  std::string object(const Evidence& evidence);
  /// The whole body as it was received.
  std::string body(const Evidence& evidence);

 private:
  const Snapshot* snapshot(const Evidence& evidence);

  const Recording& recording_;
  std::tuple<std::int64_t, std::string, Endpoint> key_;
  std::optional<Snapshot> last_;
};

}  // namespace natsrec
