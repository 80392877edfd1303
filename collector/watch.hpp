#pragma once
#include "collector/clock.hpp"
#include "collector/collect.hpp"
#include "collector/log.hpp"
#include "schema/failure.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace natsrec {

/// The first multiple of `every` since the Unix epoch that is later than `now`.
Time next_slot(Time now, Duration every);

struct Watch {
  Duration every{};
  std::optional<std::int64_t> epochs;  ///< stop after so many
};

/// What a service manager is told, in the words of sd_notify(3).
using Supervisor = std::function<void(const std::string&)>;

/// Collects an epoch at each slot of the clock's grid, later by the first job's offset, until the clock says
/// stop. A slot that comes while an epoch still runs, or while another collector holds the store, is skipped,
/// never made up for, and so recorded with the next epoch (see loss.hpp). `log` gets a line for each epoch.
/// `read_job` is asked again when the clock says reload; a configuration that is wrong then is told, and the
/// one before stays. A store that cannot be used ends it in the first epoch (Failure); later it is logged and
/// the next slot tried. Exit::partly if that happened.
Exit watch(const Watch& options, const std::function<Job()>& read_job, Clock& clock, const Network& network,
           const Log& log, const Supervisor& supervisor);

}  // namespace natsrec
