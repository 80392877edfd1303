#include "analyzer/saved/state.hpp"

#include "analyzer/saved/archive.hpp"

namespace natsrec {

std::string save(const Replay& replay) { return to_bytes(replay); }

Replay load(std::string_view bytes) {
  Replay replay;
  from_bytes(bytes, replay);
  return replay;
}

}  // namespace natsrec
