#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

/// What every measuring program of tests/bench does: take times, and print a line of CSV for each figure:
/// name,figure,floor,ratio,target,verdict. Every figure stands beside a floor that was measured in the same
/// run, turn about: what counts is the ratio.
namespace natsrec::bench {

using Values = std::vector<double>;

inline double median(Values values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

inline double seconds_on(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

inline double timed(clockid_t clock, const std::function<void()>& work) {
  const double before = seconds_on(clock);
  work();
  return seconds_on(clock) - before;
}

inline void print_row(const std::string& name, double figure, double floor, const std::string& target,
                      const char* verdict) {
  const double ratio = figure / floor;
  const std::string shown = ratio < 0.5 ? fmt::format("1/{:.1f}", 1 / ratio) : fmt::format("{:.2f}", ratio);
  fmt::print("{},{:.1f},{:.1f},{},{},{}\n", name, figure, floor, shown, target, verdict);
  std::fflush(stdout);
}

/// `most` is the largest ratio of figure to floor that is good enough.
inline void row(const std::string& name, double figure, double floor, double most,
                const std::string& target) {
  print_row(name, figure, floor, target, figure / floor <= most ? "met" : "NOT MET");
}

/// The same where the ratio should be large.
inline void row_at_least(const std::string& name, double figure, double floor, double least) {
  print_row(name, figure, floor, fmt::format(">= {}", least), figure / floor >= least ? "met" : "NOT MET");
}

/// A figure without a target, for whoever wants to know.
inline void told(const std::string& name, double figure, double floor) {
  print_row(name, figure, floor, "-", "told");
}

}  // namespace natsrec::bench
