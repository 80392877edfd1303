#include "collector/config.hpp"

#include "schema/codec.hpp"
#include "schema/failure.hpp"
#include "schema/file_bytes.hpp"
#include "schema/nearest.hpp"
#include "schema/printable.hpp"
#include "schema/size.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <system_error>

namespace natsrec {
namespace {

/// Takes a document apart; every complaint says file and line.
class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  Config read(std::string_view text);

 private:
  toml::table parse(std::string_view text);
  [[noreturn]] void refuse(const toml::source_region& where, std::string_view what) const {
    throw Failure(Exit::usage, fmt::format("{}:{}: {}", name_, where.begin.line, what));
  }
  [[noreturn]] void refuse(const toml::node& node, std::string_view what) const {
    refuse(node.source(), what);
  }

  void expect_keys(const toml::table& table, const std::vector<std::string>& known) const;
  std::string text(const toml::node& node, std::string_view key, std::string_view example) const;
  std::string required_text(const toml::table& table, std::string_view key, std::string_view example) const;
  const toml::array& array(const toml::node& node, std::string_view key, std::string_view example) const;
  std::vector<std::string> names(const toml::table& table, std::string_view key) const;
  Duration duration(const toml::node& node, std::string_view key) const;
  std::optional<std::size_t> bytes(const toml::node& node) const;
  std::size_t size(const toml::node& node, std::string_view key) const;
  std::size_t body_size(const toml::node& node) const;
  std::vector<Endpoint> endpoints(const toml::node& node) const;
  Target target(const toml::table& table);
  Deployment::Cluster cluster(const toml::table& table);

  template <typename Each>
  void for_each_table(const toml::node& node, std::string_view key, Each each) const {
    const std::string wanted = fmt::format("should be tables, each headed [[{}]]", key);
    if (!node.is_array()) refuse(node, fmt::format("{} {}", key, wanted));
    for (const auto& element : *node.as_array()) {
      if (!element.is_table()) refuse(element, fmt::format("{} {}", key, wanted));
      each(*element.as_table());
    }
  }

  std::string name_;
  std::set<std::string> labels_;
  std::set<std::string> clusters_;
};

toml::table Reader::parse(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse(error.source(), fmt::format("not valid TOML: {}", printable(error.description())));
  }
}

Config Reader::read(std::string_view text_) {
  const toml::table document = parse(text_);
  expect_keys(document, {"store", "interval", "timeout", "budget", "max_body", "max_age", "max_size",
                         "endpoints", "target", "cluster"});
  Config out;
  for (const auto& [key_, node] : document) {
    const std::string_view key = key_.str();
    if (key == "store") out.store = text(node, key, "/var/lib/nats-recorder/history.db");
    if (key == "interval") out.interval = duration(node, key);
    if (key == "timeout") out.timeout = duration(node, key);
    if (key == "budget") out.budget = duration(node, key);
    if (key == "max_body") out.max_body = body_size(node);
    if (key == "max_age") out.max_age = duration(node, key);
    if (key == "max_size") out.max_size = size(node, key);
    if (key == "endpoints") out.endpoints = endpoints(node);
    if (key == "target")
      for_each_table(node, key, [&](const auto& table) { out.targets.push_back(target(table)); });
    if (key == "cluster")
      for_each_table(node, key, [&](const auto& table) { out.clusters.push_back(cluster(table)); });
  }
  if (out.store && out.store->empty())
    refuse(*document.get("store"), "store is empty; name the recording's file");
  return out;
}

void Reader::expect_keys(const toml::table& table, const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    refuse(key.source(), fmt::format("unknown key {}{}", printable(key.str()), suggestion(key.str(), known)));
  }
}

std::string Reader::text(const toml::node& node, std::string_view key, std::string_view example) const {
  if (!node.is_string())
    refuse(node, fmt::format("{} should be a text in quotes, as in \"{}\"", key, example));
  return node.as_string()->get();
}

std::string Reader::required_text(const toml::table& table, std::string_view key,
                                  std::string_view example) const {
  const toml::node* node = table.get(key);
  if (!node) refuse(table, fmt::format("{} is missing, as in {} = \"{}\"", key, key, example));
  std::string out = text(*node, key, example);
  if (out.empty()) refuse(*node, fmt::format("{} is empty", key));
  return out;
}

const toml::array& Reader::array(const toml::node& node, std::string_view key,
                                 std::string_view example) const {
  if (!node.is_array()) refuse(node, fmt::format("{} should be a list, as in [\"{}\"]", key, example));
  return *node.as_array();
}

std::vector<std::string> Reader::names(const toml::table& table, std::string_view key) const {
  std::vector<std::string> out;
  const toml::node* node = table.get(key);
  if (!node) return out;
  for (const auto& element : array(*node, key, "a1")) out.push_back(text(element, key, "a1"));
  return out;
}

Duration Reader::duration(const toml::node& node, std::string_view key) const {
  const auto out = parse_duration(text(node, key, "15s"));
  if (!out || *out <= Duration::zero()) {
    refuse(node,
           fmt::format("{} should be a length of time above 0, as in \"500ms\", \"15s\" or \"1m\"", key));
  }
  return *out;
}

std::optional<std::size_t> Reader::bytes(const toml::node& node) const {
  if (node.is_integer() && node.as_integer()->get() > 0)
    return static_cast<std::size_t>(node.as_integer()->get());
  if (node.is_string()) return parse_size(node.as_string()->get());
  return std::nullopt;
}

std::size_t Reader::size(const toml::node& node, std::string_view key) const {
  const auto out = bytes(node);
  if (!out || *out == 0) refuse(node, fmt::format("{} should be a size above 0, as in \"10 GiB\"", key));
  return *out;
}

std::size_t Reader::body_size(const toml::node& node) const {
  const auto out = bytes(node);
  if (!out || *out == 0 || *out > codec::max_body) {
    refuse(node, fmt::format("max_body should be a size above 0 and at most {} MiB, as in \"64 MiB\"",
                             codec::max_body >> 20));
  }
  return *out;
}

std::vector<Endpoint> Reader::endpoints(const toml::node& node) const {
  std::vector<std::string> known;
  known.reserve(all_endpoints.size());
  for (const Endpoint endpoint : all_endpoints) known.emplace_back(name(endpoint));
  std::vector<Endpoint> out;
  for (const auto& element : array(node, "endpoints", "varz")) {
    const std::string word = text(element, "endpoints", "varz");
    const auto endpoint = parse_endpoint(word);
    if (!endpoint)
      refuse(element, fmt::format("unknown endpoint {}{}", printable(word), suggestion(word, known)));
    if (std::find(out.begin(), out.end(), *endpoint) != out.end()) {
      refuse(element, fmt::format("endpoint {} is named twice", word));
    }
    out.push_back(*endpoint);
  }
  if (out.empty()) refuse(node, "endpoints is empty; leave it out for the usual ones");
  return out;
}

Target Reader::target(const toml::table& table) {
  expect_keys(table, {"url", "name"});
  const std::string url = required_text(table, "url", "http://10.0.0.1:8222");
  const std::string label = table.contains("name") ? required_text(table, "name", "a1") : "";
  Target out = [&] {
    try {
      return make_target(url, label);
    } catch (const Failure& failure) {
      refuse(*table.get("url"), failure.what());
    }
  }();
  if (!labels_.insert(out.label).second) {
    refuse(table,
           fmt::format("a second target is called {}; give each a name of its own", printable(out.label)));
  }
  return out;
}

Deployment::Cluster Reader::cluster(const toml::table& table) {
  expect_keys(table, {"name", "members", "retired"});
  Deployment::Cluster out{required_text(table, "name", "east"), names(table, "members"),
                          names(table, "retired")};
  if (!clusters_.insert(out.name).second)
    refuse(table, fmt::format("a second cluster is called {}", printable(out.name)));
  for (const auto& retired : out.retired) {
    if (std::find(out.members.begin(), out.members.end(), retired) != out.members.end()) {
      refuse(table, fmt::format("{} is both among members and retired", printable(retired)));
    }
  }
  return out;
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name) { return Reader{name}.read(text); }

Config load_config(const std::filesystem::path& file) {
  const std::string shown = printable(file.string());
  constexpr std::size_t limit = 16u << 20;
  try {
    return parse_config(read_bytes(file, limit), shown);
  } catch (const std::system_error& error) {
    throw Failure(Exit::usage,
                  fmt::format("{} cannot be read: {}; name a configuration file, or use --target", shown,
                              error.code().message()));
  }
}

}  // namespace natsrec
