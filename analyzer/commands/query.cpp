#include "analyzer/commands/query.hpp"

#include "analyzer/facts/queries.hpp"
#include "schema/failure.hpp"
#include "schema/nearest.hpp"
#include "schema/printable.hpp"
#include "schema/sql.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <charconv>

namespace natsrec {
namespace {

const facts::Query& known(const std::string& name) {
  if (const auto* query = facts::find_query(name)) return *query;
  std::vector<std::string> names;
  for (const auto& query : facts::queries()) names.emplace_back(query.name);
  throw Failure(Exit::usage, fmt::format("there is no query {}{}; nats-analyzer query --list explains them",
                                         printable(name), suggestion(name, names)));
}

/// Numbers as numbers: SQL tells 5 from '5'.
void bind_parameter(SQLite::Statement& statement, int index, const std::string& value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc{} && end == value.data() + value.size())
    statement.bind(index, number);
  else
    statement.bind(index, value);
}

Table::Cell cell(const SQLite::Column& column) {
  if (column.isNull()) return {};
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble();
  return sql::bytes(column);
}

}  // namespace

std::string list_queries() {
  std::string out;
  for (const auto& query : facts::queries()) {
    out += fmt::format("{}\n", query.name);
    for (const auto line : query.comment()) out += fmt::format("    {}\n", line);
  }
  return out;
}

Table run_query(const facts::Facts& facts, const std::string& name,
                const std::map<std::string, std::string>& given) {
  const auto& query = known(name);
  SQLite::Statement statement{facts.database(), std::string(query.sql)};
  for (const auto& [parameter, value] : given) {
    const int index = statement.getIndex((":" + parameter).c_str());
    if (index == 0)
      throw Failure(
          Exit::usage,
          fmt::format("the query {} takes no --{}; nats-analyzer query --list explains it", name, parameter));
    bind_parameter(statement, index, value);
  }
  Table table;
  for (int i = 0; i < statement.getColumnCount(); ++i) table.columns.emplace_back(statement.getColumnName(i));
  while (statement.executeStep()) {
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < statement.getColumnCount(); ++i) row.push_back(cell(statement.getColumn(i)));
  }
  return table;
}

}  // namespace natsrec
