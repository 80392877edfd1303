#pragma once
#include "schema/time.hpp"

#include <string>
#include <vector>

namespace natsrec {

/// Maps times of a window to 0–100 % of a drawing's width, so that the drawing needs no fixed size.
class TimeScale {
 public:
  /// A window without length is widened by a second on either side. `live`: what is drawn on it is to tell
  /// its times too, for the page's script to place it anew.
  TimeScale(Time from, Time to, bool live = false);
  bool live() const { return live_; }
  Time from() const { return from_; }
  Time to() const { return to_; }
  /// Clamped into the window.
  double percent(Time time) const;
  /// A thousandth of the width: what is narrower can hardly be seen, and one drawing has no more to tell.
  static constexpr double column_width = 0.1;
  int column(Time time) const { return static_cast<int>(percent(time) / column_width); }
  bool overlaps(Time from, Time to) const { return from <= to_ && to >= from_; }

 private:
  Time from_, to_;
  bool live_;
};

struct Tick {
  Time time;
  std::string label;  ///< with the date where a new day begins
  bool minor;         ///< every second one; left out where there is little room
};
/// At most nine, on round times.
std::vector<Tick> ticks(const TimeScale& scale);

}  // namespace natsrec
