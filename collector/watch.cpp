#include "collector/watch.hpp"

#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

/// Waits for a slot; false if the program is to stop instead. The clock may be set meanwhile: it is looked at
/// again every second, and a slot that moved out of reach is replaced by the next one.
bool wait_for_slot(Duration every, Clock& clock, const Supervisor& supervisor,
                   const std::function<void()>& reload) {
  Time slot = next_slot(clock.now(), every);
  for (;;) {
    supervisor("WATCHDOG=1");
    const Time now = clock.now();
    if (now < slot - every || now >= slot + every) slot = next_slot(now, every);
    const bool there = now >= slot;
    const auto wake = clock.wait(there ? Duration{0} : std::min<Duration>(slot - now, 1s));
    if (wake == Clock::Wake::stop) return false;
    if (wake == Clock::Wake::reload) reload();
    if (there) return true;
  }
}

/// What it says of it. The interval stays: it is the grid that `watch` was started on.
std::string reload(Job& job, const std::function<Job()>& read_job) {
  try {
    Job fresh = read_job();
    fresh.interval = job.interval;
    job = std::move(fresh);
    return "the configuration was read anew";
  } catch (const Failure& failure) {
    return fmt::format("the configuration stays as it was: {}", failure.what());
  }
}

}  // namespace

Time next_slot(Time now, Duration every) {
  // Floor, also before 1970: a clock that is not set yet starts there.
  auto slots = now.time_since_epoch() / every;
  if (now.time_since_epoch() % every < Duration::zero()) --slots;
  return Time{(slots + 1) * every};
}

Exit watch(const Watch& options, const std::function<Job()>& read_job, Clock& clock, const Network& network,
           const std::function<void(const std::string&)>& log, const Supervisor& supervisor) {
  Job job = read_job();
  Exit result = Exit::done;
  bool ever_recorded = false;
  std::int64_t recorded = 0;
  supervisor("READY=1");
  const auto read_again = [&] { log(reload(job, read_job)); };
  while ((!options.epochs || recorded < *options.epochs) &&
         wait_for_slot(options.every, clock, supervisor, read_again)) {
    try {
      const auto epoch = collect_epoch(job, clock, network);
      if (epoch) {
        ++recorded;
        ever_recorded = true;
        log(describe(*epoch, options.verbose));
        supervisor("STATUS=" + describe(*epoch));
        if (!epoch->not_pruned.empty()) {
          result = Exit::partly;
          log(fmt::format("nothing was pruned: {}", epoch->not_pruned));
        }
      } else {
        log(fmt::format("slot skipped: another collector holds {}", printable(job.store.string())));
      }
    } catch (const Failure& failure) {
      if (!ever_recorded) throw;
      result = Exit::partly;
      log(fmt::format("epoch lost: {}", failure.what()));
    }
  }
  supervisor("STOPPING=1");
  return result;
}

}  // namespace natsrec
