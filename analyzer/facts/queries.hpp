#pragma once
#include <string_view>
#include <vector>

namespace natsrec::facts {

/// A file of queries/, compiled in.
struct Query {
  std::string_view name;  ///< of its file, without .sql
  std::string_view sql;
  /// The comment it begins with, line by line: what it answers first.
  std::vector<std::string_view> comment() const;
};

const std::vector<Query>& queries();  ///< by name
const Query* find_query(std::string_view name);

}  // namespace natsrec::facts
