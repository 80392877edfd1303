#pragma once
#include "schema/time.hpp"

namespace natsrec {

/// The collector's clock: what time it is, and waiting for it. A seam: tests pass one that they turn
/// themselves.
class Clock {
 public:
  virtual ~Clock() = default;
  /// What ended a wait: its time, or the wish that the program stops or reads its configuration anew.
  enum class Wake { time, stop, reload };
  virtual Time now() const = 0;
  /// Waits at most this long.
  virtual Wake wait(Duration duration) = 0;
};

/// The system's clock. The first wait() blocks SIGINT, SIGTERM and SIGHUP (reload) for the whole process:
/// from then on they are seen in wait() only, so that what runs between two waits is finished.
class SystemClock : public Clock {
 public:
  Time now() const override;
  Wake wait(Duration duration) override;
};

}  // namespace natsrec
