#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace natsrec {

/// The answer to a query: columns and rows of whatever they hold.
struct Table {
  using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

std::string table_text(const Table& table);      ///< aligned columns
std::string table_csv(const Table& table);       ///< RFC 4180, as in csv.hpp
std::string table_json(const Table& table);      ///< an array of objects, a row a line
std::string table_markdown(const Table& table);  ///< a table

}  // namespace natsrec
