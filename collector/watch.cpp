#include "collector/watch.hpp"

#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

/// Waits for a slot; false if the program is to stop instead. The clock may be set meanwhile: it is looked at
/// again every second, and a slot that moved out of reach is replaced by the next one.
bool wait_for_slot(Duration every, Clock& clock) {
  Time slot = next_slot(clock.now(), every);
  for (;;) {
    const Time now = clock.now();
    if (now < slot - every || now >= slot + every) slot = next_slot(now, every);
    if (now >= slot) return !clock.wait(0s);
    if (clock.wait(std::min<Duration>(slot - now, 1s))) return false;
  }
}

}  // namespace

Time next_slot(Time now, Duration every) {
  // Floor, also before 1970: a clock that is not set yet starts there.
  auto slots = now.time_since_epoch() / every;
  if (now.time_since_epoch() % every < Duration::zero()) --slots;
  return Time{(slots + 1) * every};
}

Exit watch(const Watch& options, const Job& job, Clock& clock, const Network& network,
           const std::function<void(const std::string&)>& log) {
  Exit result = Exit::done;
  bool ever_recorded = false;
  std::int64_t recorded = 0;
  while ((!options.epochs || recorded < *options.epochs) && wait_for_slot(options.every, clock)) {
    try {
      const auto epoch = collect_epoch(job, clock, network);
      if (epoch) {
        ++recorded;
        ever_recorded = true;
        log(describe(*epoch, options.verbose));
      } else {
        log(fmt::format("slot skipped: another collector holds {}", printable(job.store.string())));
      }
    } catch (const Failure& failure) {
      if (!ever_recorded) throw;
      result = Exit::partly;
      log(fmt::format("epoch lost: {}", failure.what()));
    }
  }
  return result;
}

}  // namespace natsrec
