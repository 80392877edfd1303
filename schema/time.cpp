#include "schema/time.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>

// Written by hand: an analysis reads millions of times, and streams and locales are slow and not ours to
// trust.
namespace natsrec {
namespace {

/// Reads a text from the left; every step says whether it could be taken.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip(std::string_view text) {
    // Asked first, as hardly any text is there that is tried.
    if (rest_.empty() || rest_.front() != text.front() || !rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool at_digit() const { return !rest_.empty() && is_digit(rest_.front()); }
  /// Exactly `count` digits.
  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  int take_digit() {
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

/// The digits after a decimal point as microseconds; more than six are cut.
std::optional<std::chrono::microseconds> fraction(Scanner& in) {
  if (!in.at_digit()) return std::nullopt;
  int value = 0;
  int places = 0;
  for (; places < 6 && in.at_digit(); ++places) value = value * 10 + in.take_digit();
  for (; places < 6; ++places) value *= 10;
  while (in.at_digit()) in.take_digit();
  return std::chrono::microseconds{value};
}

std::optional<std::chrono::minutes> offset(Scanner& in) {
  if (in.skip('Z') || in.skip('z')) return std::chrono::minutes{0};
  const bool west = in.skip('-');
  if (!west && !in.skip('+')) return std::nullopt;
  int hours = 0;
  int minutes = 0;
  if (!in.digits(2, hours)) return std::nullopt;
  in.skip(':');
  if (!in.digits(2, minutes) || hours > 23 || minutes > 59) return std::nullopt;
  const auto east = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return west ? -east : east;
}

std::string format(Time time, std::string_view pattern) {
  const auto day = date::floor<date::days>(time);
  const date::year_month_day date{day};
  const date::hh_mm_ss clock{time - day};
  return fmt::format(fmt::runtime(pattern), static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

struct Unit {
  std::string_view name;
  double nanoseconds;
};

// Longer names before their prefixes: "ms" before "m".
constexpr std::array go_units{Unit{"ns", 1},   Unit{"us", 1e3}, Unit{"\u00b5s", 1e3}, Unit{"\u03bcs", 1e3},
                              Unit{"ms", 1e6}, Unit{"s", 1e9},  Unit{"m", 60e9},      Unit{"h", 3600e9}};
constexpr std::array typed_units{Unit{"us", 1e3}, Unit{"ms", 1e6},   Unit{"s", 1e9},
                                 Unit{"m", 60e9}, Unit{"h", 3600e9}, Unit{"d", 86400e9}};

/// One or more of <number><unit>; the number may have decimals.
std::optional<Duration> units_in_a_row(Scanner& in, std::span<const Unit> units) {
  double total = 0;
  do {
    double number = 0, parts = 1;  // of a unit
    if (!in.at_digit()) return std::nullopt;
    while (in.at_digit()) number = number * 10 + in.take_digit();
    if (in.skip('.')) {
      if (!in.at_digit()) return std::nullopt;
      for (; in.at_digit(); parts *= 10) number = number * 10 + in.take_digit();
    }
    const Unit* unit = nullptr;
    for (const Unit& candidate : units) {
      if (in.skip(candidate.name)) {
        unit = &candidate;
        break;
      }
    }
    if (!unit) return std::nullopt;
    total += number / parts * unit->nanoseconds;
  } while (!in.done());
  const double microseconds = total / 1e3;
  // A thousand years: beyond it nobody means it, and sums with times stay far from overflow.
  if (!(microseconds < 3.2e16)) return std::nullopt;
  // Go cuts towards zero; the small addend undoes what binary fractions lose (0.3s is 300 ms).
  return Duration{static_cast<Duration::rep>(std::floor(microseconds + 1e-4))};
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  Scanner in{text};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.digits(4, year)) return std::nullopt;
  const bool extended = in.skip('-');
  if (!in.digits(2, month) || (extended && !in.skip('-')) || !in.digits(2, day)) return std::nullopt;
  if (!in.skip('T') && !in.skip('t')) return std::nullopt;
  if (!in.digits(2, hour) || (extended && !in.skip(':'))) return std::nullopt;
  if (!in.digits(2, minute) || (extended && !in.skip(':'))) return std::nullopt;
  // RFC 3339 allows second 60: it is the first moment of the next minute here, as the Unix clock has no leap
  // seconds.
  if (!in.digits(2, second) || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::chrono::microseconds below_second{0};
  if (in.skip('.')) {
    const auto digits = fraction(in);
    if (!digits) return std::nullopt;
    below_second = *digits;
  }
  const auto east = offset(in);
  if (!east || !in.done()) return std::nullopt;
  const auto date = date::year{year} / month / day;
  if (!date.ok()) return std::nullopt;
  return Time{date::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} - *east +
         std::chrono::seconds{second} + below_second;
}

std::string format_time(Time time) { return format(time, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z"); }
std::string format_time_basic(Time time) { return format(time, "{:04}{:02}{:02}T{:02}{:02}{:02}.{:06}Z"); }

std::optional<Duration> parse_duration(std::string_view text) {
  Scanner in{text};
  return units_in_a_row(in, typed_units);
}

std::optional<Duration> parse_go_duration(std::string_view text) {
  Scanner in{text};
  const bool negative = in.skip('-');
  const auto duration = units_in_a_row(in, go_units);
  if (!duration) return std::nullopt;
  return negative ? -*duration : *duration;
}

std::string format_duration(Duration duration) {
  using namespace std::chrono;
  if (duration < Duration::zero()) return "-" + format_duration(-duration);
  if (duration == Duration::zero()) return "0s";
  if (duration < 100ms)
    return fmt::format("{}ms", std::max<std::int64_t>(1, round<milliseconds>(duration).count()));
  if (duration < 9950ms) {
    const auto tenths = (duration.count() + 50'000) / 100'000;
    return tenths % 10 == 0 ? fmt::format("{}s", tenths / 10)
                            : fmt::format("{}.{}s", tenths / 10, tenths % 10);
  }
  const auto s = round<std::chrono::seconds>(duration).count();
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
  const auto m = round<minutes>(duration).count();
  if (duration < 24h - 30s) return fmt::format("{}h{:02}m", m / 60, m % 60);
  const auto h = round<hours>(duration).count();
  return fmt::format("{}d{:02}h", h / 24, h % 24);
}

}  // namespace natsrec
