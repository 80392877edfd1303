#include "schema/deployment.hpp"

#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace natsrec {
namespace {

using Json = nlohmann::ordered_json;

/// A value and where it stands in the document, so that every complaint can say so.
struct Node {
  const Json& value;
  std::string place;  ///< "clusters[0].members", empty for the document

  [[noreturn]] void refuse(std::string_view what) const {
    throw Failure(Exit::usage, fmt::format("{} {}", place.empty() ? "the document" : place, what));
  }
  Node at(const std::string& key) const { return {value.at(key), place.empty() ? key : place + "." + key}; }
  Node at(std::size_t index) const { return {value.at(index), fmt::format("{}[{}]", place, index)}; }
};

void expect_object(const Node& node, std::initializer_list<std::string_view> known) {
  if (!node.value.is_object()) node.refuse("should be an object");
  for (const auto& [key, value] : node.value.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      node.refuse(fmt::format("has an unknown key \"{}\"", printable(key)));
    }
  }
}

std::string text(const Node& parent, const std::string& key) {
  if (!parent.value.contains(key)) parent.refuse(fmt::format("lacks \"{}\"", key));
  const Node node = parent.at(key);
  if (!node.value.is_string()) node.refuse("should be a string");
  return node.value.get<std::string>();
}

/// Calls `each` with every element of an array that may be absent.
template <typename Each>
void for_each_in(const Node& parent, const std::string& key, Each each) {
  if (!parent.value.contains(key)) return;
  const Node node = parent.at(key);
  if (!node.value.is_array()) node.refuse("should be an array");
  for (std::size_t i = 0; i < node.value.size(); ++i) each(node.at(i));
}

std::vector<std::string> names(const Node& parent, const std::string& key) {
  std::vector<std::string> out;
  for_each_in(parent, key, [&](const Node& node) {
    if (!node.value.is_string()) node.refuse("should be a string");
    out.push_back(node.value.get<std::string>());
  });
  return out;
}

Duration interval(const Node& node) {
  const double s = node.value.is_number() ? node.value.get<double>() : 0;
  if (!(s >= 1e-6 && s <= 1e10)) node.refuse("should be a number of seconds above 0");
  return Duration{std::llround(s * 1e6)};
}

Json parse_json(std::string_view document) {
  try {
    return Json::parse(document);
  } catch (const Json::exception& error) {
    throw Failure(Exit::usage, fmt::format("not valid JSON: {}", printable(error.what())));
  }
}

}  // namespace

std::string to_json(const Deployment& deployment) {
  Json out = Json::object();
  if (deployment.interval) {
    const auto us = deployment.interval->count();
    if (us % 1'000'000 == 0) {
      out["interval_s"] = us / 1'000'000;
    } else {
      out["interval_s"] = seconds(*deployment.interval);
    }
  }
  out["targets"] = Json::array();
  for (const auto& target : deployment.targets) {
    out["targets"].push_back({{"name", target.label}, {"url", target.url}});
    if (!target.via.empty()) out["targets"].back()["via"] = target.via;
  }
  out["clusters"] = Json::array();
  for (const auto& cluster : deployment.clusters) {
    out["clusters"].push_back(
        {{"name", cluster.name}, {"members", cluster.members}, {"retired", cluster.retired}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Deployment parse_deployment(std::string_view json) {
  const Json document = parse_json(json);
  const Node root{document, ""};
  expect_object(root, {"interval_s", "targets", "clusters"});
  Deployment out;
  if (document.contains("interval_s")) out.interval = interval(root.at("interval_s"));
  for_each_in(root, "targets", [&](const Node& node) {
    expect_object(node, {"name", "url", "via"});
    out.targets.push_back(
        {text(node, "name"), text(node, "url"), node.value.contains("via") ? text(node, "via") : ""});
  });
  for_each_in(root, "clusters", [&](const Node& node) {
    expect_object(node, {"name", "members", "retired"});
    out.clusters.push_back({text(node, "name"), names(node, "members"), names(node, "retired")});
  });
  return out;
}

}  // namespace natsrec
