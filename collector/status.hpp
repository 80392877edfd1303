#pragma once
#include "schema/loss.hpp"
#include "schema/maintenance.hpp"
#include "schema/recording.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace natsrec {

/// What can be said about a recording without looking into a body.
struct Status {
  struct Gap {
    Time after, by;
    std::int64_t epoch = 0;                ///< the one that ends it
    std::string reason = "not_collected";  ///< or what its epochs were lost to
  };
  /// The clock was set back between two epochs; their order is that of their numbers.
  struct SetBack {
    Time from, to;
  };
  std::string store;
  std::string id;
  std::optional<EpochInfo> first, last;
  std::int64_t epochs = 0;
  std::vector<std::string> targets;
  std::uintmax_t bytes = 0;
  std::vector<Gap> gaps;
  std::vector<Loss> losses;  ///< what runs could not record, as the next ones told
  std::vector<SetBack> set_back;
  std::vector<Snapshot> answers;   ///< of the last epoch, without bodies
  std::size_t answered_bytes = 0;  ///< these bodies
  double coverage = 1;             ///< share of the span that is in no gap
  struct Spread {
    Duration least, median, most;
  };
  std::optional<Spread> distances;  ///< between consecutive epochs
  std::optional<Spread> took;       ///< from an epoch's start to its end
  Retention retention;
  std::optional<Expired> next;  ///< what retention would remove now
};

/// Failure(Exit::store) if it is no recording.
Status status_of(const std::filesystem::path& store, const Retention& retention = {});

/// Two consecutive epochs further apart than 2.5 times the interval in force: the declared one, else the
/// median of the last 20 distances.
std::vector<Status::Gap> gaps_of(const std::vector<EpochInfo>& epochs);

std::vector<Status::SetBack> set_back_of(const std::vector<EpochInfo>& epochs);

std::string to_text(const Status& status);
std::string to_json(const Status& status);
/// Gauges in the text format of Prometheus.
std::string to_metrics(const Status& status);

}  // namespace natsrec
