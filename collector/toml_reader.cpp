#include "collector/toml_reader.hpp"

#include "schema/failure.hpp"
#include "schema/nearest.hpp"
#include "schema/printable.hpp"
#include "schema/size.hpp"

#include <algorithm>

namespace natsrec {

toml::table TomlReader::parse(std::string_view text) const {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse(error.source(), fmt::format("not valid TOML: {}", printable(error.description())));
  }
}

void TomlReader::refuse(const toml::source_region& where, std::string_view what) const {
  throw Failure(Exit::usage, fmt::format("{}:{}: {}", name_, where.begin.line, what));
}

void TomlReader::expect_keys(const toml::table& table, const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    refuse(key.source(), fmt::format("unknown key {}{}", printable(key.str()), suggestion(key.str(), known)));
  }
}

std::string TomlReader::text(const toml::node& node, std::string_view key, std::string_view example) const {
  if (!node.is_string())
    refuse(node, fmt::format("{} should be a text in quotes, as in \"{}\"", key, example));
  return node.as_string()->get();
}

std::string TomlReader::required_text(const toml::table& table, std::string_view key,
                                      std::string_view example) const {
  if (!table.contains(key)) refuse(table, fmt::format("{} is missing, as in {} = \"{}\"", key, key, example));
  return optional_text(table, key, example);
}

std::string TomlReader::optional_text(const toml::table& table, std::string_view key,
                                      std::string_view example) const {
  const toml::node* node = table.get(key);
  if (!node) return "";
  std::string out = text(*node, key, example);
  if (out.empty()) refuse(*node, fmt::format("{} is empty", key));
  return out;
}

bool TomlReader::flag(const toml::table& table, std::string_view key) const {
  const toml::node* node = table.get(key);
  if (!node) return false;
  if (!node->is_boolean()) refuse(*node, fmt::format("{} should be true or false", key));
  return node->as_boolean()->get();
}

const toml::array& TomlReader::array(const toml::node& node, std::string_view key,
                                     std::string_view example) const {
  if (!node.is_array()) refuse(node, fmt::format("{} should be a list, as in [\"{}\"]", key, example));
  return *node.as_array();
}

std::vector<std::string> TomlReader::names(const toml::table& table, std::string_view key) const {
  std::vector<std::string> out;
  const toml::node* node = table.get(key);
  if (!node) return out;
  for (const auto& element : array(*node, key, "a1")) out.push_back(text(element, key, "a1"));
  return out;
}

Duration TomlReader::duration(const toml::node& node, std::string_view key) const {
  const auto out = parse_duration(text(node, key, "15s"));
  if (!out || *out <= Duration::zero()) {
    refuse(node,
           fmt::format("{} should be a length of time above 0, as in \"500ms\", \"15s\" or \"1m\"", key));
  }
  return *out;
}

std::size_t TomlReader::size(const toml::node& node, std::string_view key) const {
  std::optional<std::size_t> out;
  if (node.is_integer() && node.as_integer()->get() > 0)
    out = static_cast<std::size_t>(node.as_integer()->get());
  if (node.is_string()) out = parse_size(node.as_string()->get());
  if (!out || *out == 0) refuse(node, fmt::format("{} should be a size above 0, as in \"10 GiB\"", key));
  return *out;
}

}  // namespace natsrec
