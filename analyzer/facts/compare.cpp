#include "analyzer/facts/compare.hpp"

#include "schema/sql.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace natsrec::facts {
namespace {

std::vector<std::string> column_of(SQLite::Database& database, const std::string& query) {
  std::vector<std::string> out;
  SQLite::Statement statement{database, query};
  while (statement.executeStep()) out.push_back(sql::bytes(statement.getColumn(0)));
  return out;
}

/// All of a table but the numbers of its rows and what is saved of them, in an order of its own.
std::string contents(const std::string& table, const std::vector<std::string>& columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + column;
  // Open spans are told by their rows' numbers.
  const auto* wanted = table == "state" ? "part <> 'intervals'" : "true";
  return fmt::format("SELECT {0} FROM {1} WHERE {2} ORDER BY {0}", list, table, wanted);
}

bool same(const SQLite::Column& a, const SQLite::Column& b) {
  return a.getType() == b.getType() && sql::bytes(a) == sql::bytes(b);
}

bool same(SQLite::Statement& a, SQLite::Statement& b) {
  for (int i = 0; i < a.getColumnCount(); ++i)
    if (!same(a.getColumn(i), b.getColumn(i))) return false;
  return true;
}

}  // namespace

std::vector<std::string> differences(const Facts& these, const Facts& others) {
  std::vector<std::string> out;
  auto& a = these.database();
  auto& b = others.database();
  for (const auto& table :
       column_of(a, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
    const auto columns =
        column_of(a, fmt::format("SELECT name FROM pragma_table_info('{}') WHERE name <> 'id' "
                                 "OR type = 'TEXT' OR '{}' IN ('server', 'gap')",
                                 table, table));
    SQLite::Statement left{a, contents(table, columns)}, right{b, contents(table, columns)};
    std::int64_t row = 0;
    for (bool more = true; more; ++row) {
      const bool in_left = left.executeStep(), in_right = right.executeStep();
      more = in_left && in_right;
      if (in_left != in_right) out.push_back(fmt::format("{}: one has {} rows, the other more", table, row));
      if (more && !same(left, right)) {
        out.push_back(fmt::format("{}: row {} differs, as sorted", table, row + 1));
        break;
      }
    }
  }
  return out;
}

}  // namespace natsrec::facts
