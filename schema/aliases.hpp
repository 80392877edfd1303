#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace natsrec {

/// Other names for names, so that what tells of somebody's servers can be given to strangers. Names are
/// numbered in byte order (server-01, server-02, …), so that aliases sort as the names do. A name is one
/// alias wherever it stands; what was added first counts.
class Aliases {
 public:
  /// The empty name stays what it is.
  void add(const std::set<std::string>& names, std::string_view word);
  void add(const std::string& name, const std::string& alias);

  /// Null: it has none.
  const std::string* find(std::string_view name) const;
  bool is_alias(std::string_view text) const { return given_.contains(text); }

  /// The text with every name in it replaced that stands there as a word of its own, the longest first. A
  /// name that is also a word of ours is replaced too: saying too little is the lesser harm.
  std::string in_text(std::string_view text) const;

 private:
  std::map<std::string, std::string, std::less<>> aliases_;
  std::set<std::string, std::less<>> given_;
  std::size_t longest_ = 0;
};

}  // namespace natsrec
