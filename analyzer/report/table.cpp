#include "analyzer/report/table.hpp"

#include "analyzer/report/csv.hpp"
#include "analyzer/report/unicode.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace natsrec {
namespace {

/// As the sqlite3 shell prints it: 2 is a count, 2.0 a length.
std::string number_text(double number) {
  auto text = fmt::format("{}", number);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string words(const Table::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&cell)) return number_text(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "";
}

bool is_number(const Table::Cell& cell) {
  return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell);
}

nlohmann::ordered_json json(const Table::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return nullptr;
}

std::string for_markdown(const Table::Cell& cell) {
  std::string out;
  for (const char c : plain(words(cell))) {
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string table_text(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& name : table.columns) widths.push_back(columns(name));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns(plain(words(row[i]))));
  std::string out;
  const auto line = [&](const auto& text_of, const auto& right) {
    std::string row;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) row += "  ";
      const auto text = text_of(i);
      const std::string space(widths[i] - std::min(widths[i], columns(text)), ' ');
      row += right(i) ? space + text : text + space;
    }
    out += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  };
  const auto numeric = [&](std::size_t i) { return !table.rows.empty() && is_number(table.rows.front()[i]); };
  line([&](std::size_t i) { return table.columns[i]; }, numeric);
  for (const auto& row : table.rows)
    line([&](std::size_t i) { return plain(words(row[i])); },
         [&](std::size_t i) { return is_number(row[i]); });
  return out;
}

std::string table_csv(const Table& table) {
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out += (i > 0 ? "," : "") + cells[i];
    out += "\r\n";
  };
  line(table.columns);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const auto& cell : row) cells.push_back(is_number(cell) ? words(cell) : csv_cell(words(cell)));
    line(cells);
  }
  return out;
}

std::string table_json(const Table& table) {
  std::string out = "[";
  for (const auto& row : table.rows) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = json(row[i]);
    out += (out.size() > 1 ? ",\n " : "\n ") +
           object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  return out + (table.rows.empty() ? "]\n" : "\n]\n");
}

std::string table_markdown(const Table& table) {
  std::string out = "|", rule = "|";
  for (const auto& name : table.columns) {
    out += " " + name + " |";
    rule += " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (const auto& cell : row) out += " " + for_markdown(cell) + " |";
    out += "\n";
  }
  return out;
}

}  // namespace natsrec
