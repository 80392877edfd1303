#include "analyzer/saved/state.hpp"

#include "analyzer/saved/archive.hpp"

namespace natsrec {

SavedReplay save(const Replay& replay) {
  Saver saver;
  saver(replay);
  return {with_checksum(saver.take_bytes()), with_checksum(saver.take_aside())};
}

Replay load(const SavedReplay& saved) {
  Replay replay;
  Loader loader{without_checksum(saved.story), without_checksum(saved.habits)};
  loader(replay);
  if (!loader.done()) throw damaged_state();
  return replay;
}

}  // namespace natsrec
