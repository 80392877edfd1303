#include "schema/sealed_run.hpp"

#include "schema/checksum.hpp"
#include "schema/chunk.hpp"

namespace natsrec {

std::optional<std::vector<std::pair<std::int64_t, Snapshot>>> open_series(const SealedSeries& series,
                                                                          std::int64_t first,
                                                                          std::int64_t last) {
  auto opened = chunk::open(series.content, series.target, series.endpoint, first, last);
  if (!opened) return std::nullopt;
  std::vector<std::pair<std::int64_t, Snapshot>> out;
  out.reserve(opened->size());
  for (StoredSnapshot& stored : *opened) {
    if (checksum::of_snapshot(stored.epoch, stored.snapshot) != stored.checksum) return std::nullopt;
    out.emplace_back(stored.epoch, std::move(stored.snapshot));
  }
  return out;
}

}  // namespace natsrec
