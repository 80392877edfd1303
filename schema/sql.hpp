#pragma once
#include "schema/time.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>

/// Values of ours in SQLite and back.
namespace natsrec::sql {

/// The bytes of a TEXT or BLOB as they are.
inline std::string bytes(const SQLite::Column& column) {
  // Blob before length: SQLite converts first and counts then.
  const void* data = column.getBlob();
  return data ? std::string{static_cast<const char*>(data), static_cast<std::size_t>(column.getBytes())} : "";
}

inline std::optional<std::int64_t> number(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getInt64();
}

inline std::optional<Time> time(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return Time{Duration{column.getInt64()}};
}

/// SQLite's integers have a sign, checksums have none.
inline std::int64_t to_sql(std::uint64_t checksum) { return static_cast<std::int64_t>(checksum); }
inline std::uint64_t from_sql(std::int64_t checksum) { return static_cast<std::uint64_t>(checksum); }

inline void bind_blob(SQLite::Statement& statement, int index, const std::string& blob) {
  // An empty blob is not NULL, so it must not be given as a null pointer.
  statement.bindNoCopy(index, static_cast<const void*>(blob.data()), static_cast<int>(blob.size()));
}

/// The first column of the first row, or nothing. The statement is not reset.
template <typename... Keys>
std::optional<std::int64_t> lookup(SQLite::Statement& statement, const Keys&... keys) {
  int index = 0;
  (statement.bind(++index, keys), ...);
  if (!statement.executeStep()) return std::nullopt;
  return number(statement.getColumn(0));
}

template <typename... Keys>
std::optional<std::int64_t> lookup(SQLite::Database& database, const char* query, const Keys&... keys) {
  SQLite::Statement statement{database, query};
  return lookup(statement, keys...);
}

}  // namespace natsrec::sql
