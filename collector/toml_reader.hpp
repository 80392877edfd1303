#pragma once
#include "schema/snapshot.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// Takes values out of a TOML document. Every complaint is a Failure(Exit::usage) that says file and line.
class TomlReader {
 public:
  /// `name` stands for the file in messages.
  explicit TomlReader(std::string name) : name_(std::move(name)) {}

  toml::table parse(std::string_view text) const;

  [[noreturn]] void refuse(const toml::source_region& where, std::string_view what) const;
  [[noreturn]] void refuse(const toml::node& node, std::string_view what) const {
    refuse(node.source(), what);
  }

  /// An unknown key is refused, with the nearest known one.
  void expect_keys(const toml::table& table, const std::vector<std::string>& known) const;
  std::string text(const toml::node& node, std::string_view key, std::string_view example) const;
  std::string required_text(const toml::table& table, std::string_view key, std::string_view example) const;
  /// Empty if the table has no such key; what it has must not be empty.
  std::string optional_text(const toml::table& table, std::string_view key, std::string_view example) const;
  bool flag(const toml::table& table, std::string_view key) const;
  const toml::array& array(const toml::node& node, std::string_view key, std::string_view example) const;
  std::vector<std::string> names(const toml::table& table, std::string_view key) const;
  Duration duration(const toml::node& node, std::string_view key) const;
  std::size_t size(const toml::node& node, std::string_view key) const;

  template <typename Each>
  void for_each_table(const toml::node& node, std::string_view key, Each each) const {
    const std::string wanted = fmt::format("should be tables, each headed [[{}]]", key);
    if (!node.is_array()) refuse(node, fmt::format("{} {}", key, wanted));
    for (const auto& element : *node.as_array()) {
      if (!element.is_table()) refuse(element, fmt::format("{} {}", key, wanted));
      each(*element.as_table());
    }
  }

 private:
  std::string name_;
};

}  // namespace natsrec
