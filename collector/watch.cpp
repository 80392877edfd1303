#include "collector/watch.hpp"

#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace natsrec {
namespace {

using namespace std::chrono_literals;

/// Waits for a slot; nothing if the program is to stop instead. The clock may be set meanwhile: it is looked
/// at again every second, and a slot that moved out of reach is replaced by the next one.
std::optional<Time> wait_for_slot(Duration every, Duration offset, Clock& clock, const Supervisor& supervisor,
                                  const std::function<void()>& reload) {
  const auto next = [&](Time now) { return next_slot(now - offset, every) + offset; };
  Time slot = next(clock.now());
  for (;;) {
    supervisor("WATCHDOG=1");
    const Time now = clock.now();
    if (now < slot - every || now >= slot + every) slot = next(now);
    const bool there = now >= slot;
    const auto wake = clock.wait(there ? Duration{0} : std::min<Duration>(slot - now, 1s));
    if (wake == Clock::Wake::stop) return std::nullopt;
    if (wake == Clock::Wake::reload) reload();
    if (there) return slot;
  }
}

/// What it says of it. The interval stays: it is the grid that `watch` was started on.
LogLine reload(Job& job, const std::function<Job()>& read_job) {
  try {
    Job fresh = read_job();
    fresh.interval = job.interval;
    fresh.offset = job.offset;
    job = std::move(fresh);
    return {LogLevel::info, "the configuration was read anew"};
  } catch (const Failure& failure) {
    return {LogLevel::warning, fmt::format("the configuration stays as it was: {}", failure.what())};
  }
}

/// The slots between two that were kept; `over` is when the epoch of the first one was.
std::optional<Loss> missed_between(Time kept, Time slot, Duration every, Time over) {
  if (slot - kept <= every) return std::nullopt;
  Loss out{(slot - kept) / every - 1, kept + every, slot - every, "epoch_overran",
           fmt::format("the epoch of {} was not over before {}", format_time(kept), format_time(over))};
  if (over >= kept + every) return out;
  out.cause = "clock_jumped";
  out.text = "the clock was set forward, or the collector was stopped meanwhile";
  return out;
}

/// Slots that were let go by. They are told at once, and noted beside the recording as soon as no other
/// collector holds it, to be recorded with the next epoch.
class Missed {
 public:
  explicit Missed(const Log& log) : log_(log) {}
  void add(const Loss& loss) {
    log_({LogLevel::warning, loss.epochs == 1 ? fmt::format("slot skipped: {}", loss.text)
                                              : fmt::format("{} slots skipped: {}", loss.epochs, loss.text)});
    not_noted_ = not_noted_ ? together(*not_noted_, loss) : loss;
  }
  void note(const std::filesystem::path& store) {
    try {
      if (not_noted_ && note_missed(store, *not_noted_)) not_noted_.reset();
    } catch (const Failure&) {
      // What keeps the lock from us keeps the epoch from being recorded, which tells it.
    }
  }

 private:
  const Log& log_;
  std::optional<Loss> not_noted_;
};

void tell(const CollectedEpoch& epoch, const Log& log) {
  log({LogLevel::info,
       describe(epoch),
       {{"epoch", static_cast<double>(epoch.number)},
        {"targets", static_cast<double>(epoch.targets)},
        {"failed", static_cast<double>(failed_targets(epoch))},
        {"bytes", static_cast<double>(epoch.bytes)},
        {"took_s", seconds(epoch.took)}}});
  for (const Snapshot& snapshot : epoch.failures) log({LogLevel::debug, describe_failure(snapshot)});
}

}  // namespace

Time next_slot(Time now, Duration every) {
  // Floor, also before 1970: a clock that is not set yet starts there.
  auto slots = now.time_since_epoch() / every;
  if (now.time_since_epoch() % every < Duration::zero()) --slots;
  return Time{(slots + 1) * every};
}

Exit watch(const Watch& options, const std::function<Job()>& read_job, Clock& clock, const Network& network,
           const Log& log, const Supervisor& supervisor) {
  Job job = read_job();
  Exit result = Exit::done;
  bool ever_recorded = false;
  std::int64_t recorded = 0;
  Missed missed{log};
  std::optional<Time> before;
  supervisor("READY=1");
  const auto read_again = [&] { log(reload(job, read_job)); };
  while (!options.epochs || recorded < *options.epochs) {
    const Time over = clock.now();
    const auto slot = wait_for_slot(options.every, job.offset, clock, supervisor, read_again);
    if (!slot) break;
    const auto between = before ? missed_between(*before, *slot, options.every, over) : std::optional<Loss>{};
    if (between) missed.add(*between);
    before = slot;
    try {
      missed.note(job.store);
      const auto epoch = collect_epoch(job, clock, network);
      if (epoch) {
        ++recorded;
        ever_recorded = true;
        tell(*epoch, log);
        supervisor("STATUS=" + describe(*epoch));
        if (!epoch->not_pruned.empty()) {
          result = Exit::partly;
          log({LogLevel::warning, fmt::format("nothing was pruned: {}", epoch->not_pruned)});
        }
      } else {
        missed.add({1, *slot, *slot, "store_held",
                    fmt::format("another collector holds {}", printable(job.store.string()))});
      }
    } catch (const Failure& failure) {
      if (!ever_recorded) throw;
      result = Exit::partly;
      log({LogLevel::error, fmt::format("epoch lost: {}", failure.what())});
    }
  }
  missed.note(job.store);
  supervisor("STOPPING=1");
  return result;
}

}  // namespace natsrec
