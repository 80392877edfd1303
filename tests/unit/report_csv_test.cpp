#include "analyzer/report/csv.hpp"
#include "tests/unit/report_fixture.hpp"
#include "tests/unit/test.hpp"

#include <algorithm>

using namespace natsrec;

namespace {

/// Reads RFC 4180 as another program would.
std::vector<std::vector<std::string>> rows(const std::string& csv) {
  std::vector<std::vector<std::string>> out{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    std::string& cell = out.back().back();
    if (quoted && csv[i] == '"' && csv.compare(i, 2, "\"\"") == 0) {
      cell += csv[i++];
    } else if (csv[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && csv[i] == ',') {
      out.back().emplace_back();
    } else if (!quoted && csv.compare(i, 2, "\r\n") == 0) {
      ++i;
      out.push_back({""});
    } else {
      cell += csv[i];
    }
  }
  out.pop_back();  // what follows the last line break
  return out;
}

}  // namespace

TEST_CASE("a plain cell is not quoted") { CHECK(csv_cell("east/a1") == "east/a1"); }

TEST_CASE("cells with commas, quotes or line breaks are quoted") {
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("a\"b") == "\"a\"\"b\"");
  CHECK(csv_cell("a\nb") == "\"a\nb\"");
}

TEST_CASE("cells that a spreadsheet would run begin with an apostrophe") {
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("+1") == "'+1");
  CHECK(csv_cell("-1") == "'-1");
  CHECK(csv_cell("@SUM(A1)") == "'@SUM(A1)");
  CHECK(csv_cell("\t=1") == "'\t=1");
  CHECK(csv_cell("\r=1") == "\"'\r=1\"");
  CHECK(csv_cell("=cmd|' /C calc'!A0,b") == "\"'=cmd|' /C calc'!A0,b\"");
}

TEST_CASE("bytes that readers choke on are replaced") {
  CHECK(csv_cell(std::string("a\0b", 3)) == "a\uFFFDb");
  CHECK(csv_cell("\xff") == "\uFFFD");
}

TEST_CASE("incidents.csv has a row for each incident under its columns") {
  const auto table = rows(incidents_csv(fixture::rich()));
  REQUIRE(table.size() == 5);
  for (const auto& row : table) CHECK(row.size() == 25);
  CHECK(table[0][0] == "id");
  CHECK(table[0][24] == "merged");
  CHECK(table[1][4] == "2026-11-21T05:23:08.200000Z");
  CHECK(table[1][5] == "2026-11-21T05:23:10.300000Z");
  CHECK(table[3][19] == "remote_cluster_down");
  CHECK(table[4][7].empty());  // open: no end
}

TEST_CASE("timeline.csv has a row for each finding, with cluster and incident") {
  const Analysis analysis = fixture::rich();
  const auto table = rows(timeline_csv(analysis));
  REQUIRE(table.size() == analysis.findings.size() + 1);
  for (const auto& row : table) CHECK(row.size() == 22);
  CHECK(table[0][4] == "cluster");
  CHECK(table[0][9] == "incident");
  CHECK(table[2][4] == "east");
  CHECK(table[2][9] == "k3v9qm2a");
}

TEST_CASE("notes are rows of the timeline, too") {
  const auto table = rows(timeline_csv({}, fixture::notes()));
  REQUIRE(table.size() == 3);
  REQUIRE(table[1].size() == 22);
  CHECK(table[1][1] == "annotation");
  CHECK(table[1][12] == "2026-11-21T05:23:31.000000Z");
  CHECK(table[1][21] == "ana: deploy orders-service 4.2");
}

TEST_CASE("hostile names stay in their cells and run nowhere") {
  for (const auto& table :
       {rows(incidents_csv(fixture::hostile())), rows(timeline_csv(fixture::hostile()))}) {
    for (const auto& row : table) {
      CHECK(row.size() == table[0].size());
      for (const std::string& cell : row)
        CHECK((cell.empty() || std::string("=+-@\t\r").find(cell[0]) == std::string::npos));
    }
  }
}
