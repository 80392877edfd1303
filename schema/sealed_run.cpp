#include "schema/sealed_run.hpp"

#include "schema/checksum.hpp"
#include "schema/chunk.hpp"

namespace natsrec {

bool open_series(const SealedSeries& series, std::int64_t first, std::int64_t last,
                 const std::function<void(std::int64_t, const Snapshot&)>& take) {
  bool right = true;
  const bool whole = chunk::each(
      series.content, series.target, series.endpoint, first, last, [&](const StoredSnapshot& stored) {
        right = right && checksum::of_snapshot(stored.epoch, stored.snapshot) == stored.checksum;
        if (right) take(stored.epoch, stored.snapshot);
      });
  return whole && right;
}

}  // namespace natsrec
