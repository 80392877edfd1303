#include "tests/properties/rewrite.hpp"

#include <algorithm>
#include <tuple>

namespace natsrec::testing {
namespace {

using Json = nlohmann::ordered_json;

void rewrite_bodies(Tape& tape, const std::function<Json(const Json&)>& rewrite) {
  for (auto& epoch : tape)
    for (auto& snapshot : epoch.snapshots)
      if (snapshot.body && Json::accept(*snapshot.body))
        snapshot.body = rewrite(Json::parse(*snapshot.body)).dump();
}

void rename_targets(Tape& tape, const std::function<std::string(const std::string&)>& rename) {
  for (auto& epoch : tape) {
    for (auto& snapshot : epoch.snapshots) snapshot.target = rename(snapshot.target);
    std::sort(epoch.snapshots.begin(), epoch.snapshots.end(), [](const auto& a, const auto& b) {
      return std::tie(a.target, a.endpoint) < std::tie(b.target, b.endpoint);
    });
  }
}

Json names_replaced(const Json& json, const Renaming& rename) {
  if (json.is_string()) return rename(json.get<std::string>());
  auto result = json;
  if (json.is_object()) {
    result = Json::object();
    for (const auto& [key, value] : json.items()) result[rename(key)] = names_replaced(value, rename);
  } else if (json.is_array()) {
    for (auto& item : result) item = names_replaced(item, rename);
  }
  return result;
}

Json arrays_shuffled(const Json& json, std::mt19937_64& random) {
  auto result = json;
  if (json.is_structured())
    for (auto& item : result) item = arrays_shuffled(item, random);
  if (json.is_array()) std::shuffle(result.begin(), result.end(), random);
  return result;
}

}  // namespace

Tape renamed(Tape tape, const Renaming& rename) {
  rewrite_bodies(tape, [&](const Json& body) { return names_replaced(body, rename); });
  rename_targets(tape, [&](const std::string& label) {
    return rename(label.substr(0, label.find('_'))) + label.substr(label.find('_'));
  });
  return tape;
}

Tape shuffled(Tape tape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  rewrite_bodies(tape, [&](const Json& body) { return arrays_shuffled(body, random); });
  return tape;
}

Tape polled_otherwise(Tape tape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::map<std::string, std::string> labels;
  rename_targets(tape, [&](const std::string& label) {
    auto& other = labels[label];
    if (other.empty()) other = std::to_string(random() % 1000) + "_" + label;
    return other;
  });
  for (auto& epoch : tape)
    for (auto& snapshot : epoch.snapshots) {
      *snapshot.asked -= std::chrono::milliseconds(random() % 5);
      *snapshot.answered += std::chrono::milliseconds(random() % 5);
      epoch.ended = std::max(epoch.ended, *snapshot.answered);
    }
  return tape;
}

}  // namespace natsrec::testing
