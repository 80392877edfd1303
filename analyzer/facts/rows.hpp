#pragma once
#include "schema/time.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace natsrec::facts {

/// Times in the facts: Unix seconds. A double holds microseconds for some centuries yet.
inline double unix_seconds(Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1e6; }

/// Bytes to be written as they are.
struct Blob {
  std::string_view bytes;
};

/// A statement that writes one row: values of ours are bound in order.
class Row {
 public:
  Row(SQLite::Database& database, const char* sql) : database_(database), statement_(database, sql) {}

  template <class... Values>
  void write(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    statement_.exec();
    statement_.reset();
  }
  /// Returns the new row's id.
  template <class... Values>
  std::int64_t add(const Values&... values) {
    write(values...);
    return database_.getLastInsertRowid();
  }

 private:
  void bind(int index, double value) { statement_.bind(index, value); }
  template <std::integral Number>
  void bind(int index, Number value) {
    statement_.bind(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, Time value) { statement_.bind(index, unix_seconds(value)); }
  void bind(int index, std::string_view text) { statement_.bind(index, std::string(text)); }
  void bind(int index, const char* text) { statement_.bind(index, text); }
  void bind(int index, const std::string& text) { statement_.bind(index, text); }
  void bind(int index, Blob blob) {
    statement_.bindNoCopy(index, static_cast<const void*>(blob.bytes.data()),
                          static_cast<int>(blob.bytes.size()));
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value)
      bind(index, *value);
    else
      statement_.bind(index);
  }

  SQLite::Database& database_;
  SQLite::Statement statement_;
};

}  // namespace natsrec::facts
