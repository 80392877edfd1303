#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace natsrec {

/// Something in a recording that is not as it was written.
struct Damage {
  std::string place;   ///< "epoch 12, a1/routez"
  std::string reason;  ///< "its body cannot be decoded"
};

struct Verification {
  std::int64_t epochs = 0, snapshots = 0;  ///< looked at
  std::vector<Damage> damage;
};

/// Looks at all that a recording holds: SQLite's own structure, every row's and every chunk's checksums, the
/// chain of digests. `quick` opens no body: it shows what is missing, cut or swapped, not every flipped bit.
/// Damage so bad that SQLite gives up is damage too. Failure(Exit::store) only if the file is no recording.
Verification verify(const std::filesystem::path& store, bool quick);

}  // namespace natsrec
