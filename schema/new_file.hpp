#pragma once
#include <filesystem>

namespace natsrec {

/// A file that is written under another name beside its own and gets its own once it is whole and on the
/// disk: whatever happens meanwhile, nobody takes half of it for all. What is not kept goes away.
class NewFile {
 public:
  /// Failure(Exit::usage) if there is something of that name.
  explicit NewFile(std::filesystem::path name);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  const std::filesystem::path& path() const { return path_; }
  /// Failure(Exit::partly) if it cannot be brought to the disk.
  void keep();

 private:
  std::filesystem::path name_, path_;
};

}  // namespace natsrec
