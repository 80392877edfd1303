#pragma once
#include "schema/sql.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace natsrec::sql {

/// A statement while it is used: let go of at the end, so that it keeps no lock.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { statement_.tryReset(); }
  SQLite::Statement* operator->() const { return &statement_; }
  SQLite::Statement& operator*() const { return statement_; }

 private:
  SQLite::Statement& statement_;
};

/// The statements that one connection uses again and again: to prepare one takes longer than to step it.
class Prepared {
 public:
  explicit Prepared(SQLite::Database& database) : database_(database) {}
  SQLite::Database& database() const { return database_; }

  /// `query` has to live as long as this does. One statement may not be used twice at a time.
  Use operator()(std::string_view query) {
    auto known = statements_.find(query);
    if (known == statements_.end())
      known = statements_.try_emplace(query, database_, std::string{query}).first;
    known->second.clearBindings();
    return Use{known->second};
  }

  /// The first column of the first row, or nothing.
  template <typename... Keys>
  std::optional<std::int64_t> lookup(std::string_view query, const Keys&... keys) {
    const Use use = (*this)(query);
    return sql::lookup(*use, keys...);
  }

 private:
  SQLite::Database& database_;
  std::map<std::string_view, SQLite::Statement> statements_;
};

}  // namespace natsrec::sql
