#include "analyzer/commands/annotations.hpp"

#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace natsrec {
namespace {

struct Row {
  std::size_t line = 1;
  std::vector<std::string> cells;
};

std::vector<Row> parse_rows(std::string_view csv) {
  std::vector<Row> rows;
  std::size_t line = 1;
  Row row{line, {""}};
  bool quoted = false;
  const auto finish = [&] {
    if (row.cells.size() > 1 || !row.cells.front().empty()) rows.push_back(row);
    row = {line, {""}};
  };
  for (std::size_t i = 0; i < csv.size(); ++i) {
    const char c = csv[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"')
        row.cells.back() += c;
      else if (i + 1 < csv.size() && csv[i + 1] == '"')
        row.cells.back() += csv[i++];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      row.cells.emplace_back();
    } else if (c == '\n') {
      finish();
    } else if (c != '\r') {
      row.cells.back() += c;
    }
  }
  finish();
  return rows;
}

}  // namespace

std::vector<Annotation> parse_annotations(std::string_view csv, const std::string& name) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (csv.starts_with(byte_order_mark)) csv.remove_prefix(byte_order_mark.size());
  std::vector<Annotation> result;
  for (const auto& row : parse_rows(csv)) {
    if (row.line == 1 && row.cells.front() == "time") continue;
    const auto time = parse_time(row.cells.front());
    if (!time || row.cells.size() < 2 || row.cells.size() > 3)
      throw Failure(Exit::usage,
                    fmt::format("{}:{}: this is no note; write time,text or time,text,who with a time as in "
                                "2026-11-21T03:12:00Z",
                                printable(name), row.line));
    result.push_back({*time, row.cells[1], row.cells.size() == 3 ? row.cells[2] : ""});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return result;
}

std::vector<Annotation> read_annotations(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    throw Failure(Exit::usage,
                  fmt::format("{} cannot be read; name a CSV file of time,text[,who] for --annotations",
                              printable(file.string())));
  return parse_annotations(text.str(), file.string());
}

}  // namespace natsrec
