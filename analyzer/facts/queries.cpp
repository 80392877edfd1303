#include "analyzer/facts/queries.hpp"

#include <algorithm>

namespace natsrec::facts {

std::vector<std::string_view> Query::comment() const {
  std::vector<std::string_view> lines;
  for (auto rest = sql; rest.starts_with("-- ");) {
    const auto end = rest.find('\n');
    lines.push_back(rest.substr(3, end - 3));
    rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
  }
  return lines;
}

const std::vector<Query>& queries() {
  static const std::vector<Query> all{
#include "queries.inc"
  };
  return all;
}

const Query* find_query(std::string_view name) {
  const auto found =
      std::find_if(queries().begin(), queries().end(), [&](const auto& query) { return query.name == name; });
  return found == queries().end() ? nullptr : &*found;
}

}  // namespace natsrec::facts
