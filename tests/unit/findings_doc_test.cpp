#include "analyzer/incident/model.hpp"
#include "schema/file_bytes.hpp"
#include "tests/unit/test.hpp"

#include <filesystem>
#include <regex>
#include <set>

// analyzer/FINDINGS.md says what the code does, or these fail.

using namespace natsrec;

namespace {

const auto root = std::filesystem::path(SOURCE_DIR) / "analyzer";

std::string read(const std::filesystem::path& path) { return read_bytes(path, 1u << 24); }

std::string manual() { return read(root / "FINDINGS.md"); }

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  for (std::istringstream in(text); in.peek() != EOF;) std::getline(in, result.emplace_back());
  return result;
}

/// The cells of the table below a heading, without its two head rows.
std::vector<std::vector<std::string>> table(const std::string& heading) {
  std::vector<std::vector<std::string>> rows;
  bool here = false;
  for (const auto& line : lines(manual())) {
    if (line.starts_with("## ")) here = line == "## " + heading;
    if (!here || !line.starts_with("|")) continue;
    auto& cells = rows.emplace_back();
    std::string cell;
    for (std::istringstream in(line.substr(1)); std::getline(in, cell, '|');) {
      const auto first = cell.find_first_not_of(' ');
      cells.push_back(
          first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
    }
  }
  if (rows.size() < 2) return {};
  rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

std::string name(About about) {
  switch (about) {
    case About::server:
      return "server";
    case About::route:
      return "route";
    case About::gateway:
      return "gateway";
    case About::cluster:
      return "cluster";
    case About::recording:
      break;
  }
  return "recording";
}

std::vector<std::string> row_of(const KindInfo& kind) {
  const std::string title(kind.name);
  auto severity = std::string(name(kind.least));
  if (kind.most != kind.least) severity += " to " + std::string(name(kind.most));
  return {"[" + title + "](#" + title + ")", kind.event ? "event" : "condition", name(kind.about),
          std::string(kind.check), severity};
}

}  // namespace

TEST_CASE("the manual's table of findings is the code's") {
  const auto rows = table("The findings");
  REQUIRE(rows.size() == kind_count);
  for (std::size_t i = 0; i < kind_count; ++i) CHECK(rows[i] == row_of(info(static_cast<Kind>(i))));
}

TEST_CASE("the manual explains every finding in four respects") {
  std::vector<std::string> titles, respects;
  const std::vector<std::string> wanted{"Means", "Proven by", "Cannot know", "Do"};
  for (const auto& line : lines(manual())) {
    if (line.starts_with("## ") || line.starts_with("### ")) {
      if (!titles.empty() && !titles.back().empty()) {
        INFO(titles.back());
        CHECK(respects == wanted);
      }
      titles.push_back(line.starts_with("### ") ? line.substr(4) : "");
      respects.clear();
    }
    if (line.starts_with("- **") && !titles.empty() && !titles.back().empty())
      respects.push_back(line.substr(4, line.find(":**") - 4));
  }
  std::erase(titles, "");
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < kind_count; ++i) kinds.emplace_back(info(static_cast<Kind>(i)).name);
  std::sort(titles.begin(), titles.end());
  std::sort(kinds.begin(), kinds.end());
  CHECK(titles == kinds);
}

TEST_CASE("the manual names the causes that the rules can give") {
  std::set<std::string> documented, given;
  for (const auto& row : table("Causes")) documented.insert(row.at(0));
  const std::regex made(R"re(make_cause\(\s*"([a-z_]+)")re");
  for (const auto& entry : std::filesystem::directory_iterator(root / "incident")) {
    const auto text = read(entry.path());
    for (auto at = std::sregex_iterator(text.begin(), text.end(), made); at != std::sregex_iterator(); ++at)
      given.insert((*at)[1]);
  }
  CHECK(documented == given);
}
