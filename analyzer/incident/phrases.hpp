#pragma once
#include "analyzer/incident/model.hpp"

#include <string>

/// Words that the sentences of findings share.
namespace natsrec {

/// cluster/name
inline std::string at(const Finding& finding, const std::string& name) {
  return finding.cluster.empty() ? name : finding.cluster + "/" + name;
}

/// A detail that is text; empty if there is none.
inline std::string text(const nlohmann::ordered_json& details, const char* key) {
  const auto found = details.find(key);
  return found != details.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline bool flag(const nlohmann::ordered_json& details, const char* key) { return details.value(key, false); }

/// "a, b and c"
inline std::string listed(const nlohmann::ordered_json& names) {
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) result += i + 1 == names.size() ? " and " : ", ";
    result += names[i].is_array() ? "{" + listed(names[i]) + "}" : names[i].get<std::string>();
  }
  return result;
}

}  // namespace natsrec
