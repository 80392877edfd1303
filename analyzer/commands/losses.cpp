#include "analyzer/commands/losses.hpp"

#include "analyzer/commands/stretch.hpp"
#include "schema/loss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace natsrec {
namespace {

constexpr std::string_view not_collected = "not_collected";

std::string sentence(std::string_view cause) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> whys{
      {{"disk_full", "the disk was full"},
       {"quota_exceeded", "the quota was used up"},
       {"disk_error", "the disk reported an error"},
       {"store_damaged", "the recording was damaged"},
       {"store_locked", "another program kept the recording locked"},
       {"store_not_writable", "the recording could not be written"},
       {"store_held", "another collector held the recording"},
       {"epoch_overran", "the epoch before took longer than the interval"},
       {"clock_jumped", "the clock was set forward, or the collector stood still"}}};
  const auto* const why =
      std::find_if(whys.begin(), whys.end(), [&](const auto& each) { return each.first == cause; });
  return fmt::format("Nothing could be recorded in this span: {}",
                     why == whys.end() ? "the recording could not be used" : why->second);
}

std::optional<Loss> loss_before(const Recording& recording, std::int64_t epoch) {
  const VerbatimFiles files = recording.verbatim(epoch);
  const auto file = files.find(std::string{loss_file});
  return file == files.end() ? std::nullopt : parse_loss(file->second);
}

/// The epochs that gaps ended with, by when they began.
std::map<Time, std::int64_t> epochs_after_gaps(const Recording& recording, const std::vector<Gap>& gaps) {
  std::set<Time> wanted;
  for (const Gap& gap : gaps)
    if (gap.reason == not_collected) wanted.insert(gap.by);
  std::map<Time, std::int64_t> found;
  if (wanted.empty()) return found;
  for (EpochReader epochs(recording, {}); epochs.peek();)
    if (const auto info = epochs.take(); wanted.contains(info.started))
      found.emplace(info.started, info.number);
  return found;
}

bool is_of(const Finding& finding, const Gap& gap) {
  return finding.kind == Kind::collection_gap && finding.ended && finding.ended->by == gap.by &&
         finding.details.value("reason", std::string{}) == not_collected;
}

}  // namespace

void tell_losses(const Recording& recording, Analysis& analysis) {
  const auto epochs = epochs_after_gaps(recording, analysis.recording.gaps);
  for (Gap& gap : analysis.recording.gaps) {
    if (gap.reason != not_collected) continue;
    const auto epoch = epochs.find(gap.by);
    if (epoch == epochs.end()) continue;
    const auto loss = loss_before(recording, epoch->second);
    if (!loss) continue;
    for (Finding& finding : analysis.findings) {
      if (!is_of(finding, gap)) continue;
      finding.text = sentence(loss->cause);
      finding.details["reason"] = loss->cause;
      finding.details["epochs_lost"] = loss->epochs;
      finding.details["said"] = loss->text;
    }
    gap.reason = loss->cause;
  }
}

}  // namespace natsrec
