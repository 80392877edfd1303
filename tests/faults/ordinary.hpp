#pragma once
#include <sqlite3.h>

namespace natsrec::faults {

/// While it lives SQLite opens databases as it does everywhere else.
class Ordinary {
 public:
  Ordinary() : before_(sqlite3_vfs_find(nullptr)) { sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1); }
  Ordinary(const Ordinary&) = delete;
  Ordinary& operator=(const Ordinary&) = delete;
  ~Ordinary() { sqlite3_vfs_register(before_, 1); }

 private:
  sqlite3_vfs* before_;
};

}  // namespace natsrec::faults
