#pragma once
#include "schema/file_bytes.hpp"
#include "schema/read_access.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace natsrec::test {

/// A folder tree as paths and bytes; folders end in '/' and have none.
using Tree = std::map<std::string, std::string>;

inline Tree tree_of(const std::filesystem::path& root) {
  Tree out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
    const std::string path = entry.path().lexically_relative(root).string();
    if (entry.is_directory()) {
      out[path + "/"];
    } else {
      out[path] = read_bytes(entry.path(), 1u << 30);
    }
  }
  return out;
}

/// Makes the files of the tree and the folders they need.
inline void make_tree(const std::filesystem::path& root, const Tree& tree) {
  for (const auto& [path, bytes] : tree) {
    const auto full = root / path;
    if (path.ends_with('/')) {
      std::filesystem::create_directories(full);
    } else {
      std::filesystem::create_directories(full.parent_path());
      write_bytes(full, bytes);
    }
  }
}

}  // namespace natsrec::test
