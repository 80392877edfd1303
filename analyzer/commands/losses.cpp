#include "analyzer/commands/losses.hpp"

#include "schema/loss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
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

std::optional<Loss> loss_before(const Recording& recording, const std::vector<EpochInfo>& epochs,
                                Time started) {
  const auto epoch = std::find_if(epochs.begin(), epochs.end(),
                                  [&](const EpochInfo& each) { return each.started == started; });
  if (epoch == epochs.end()) return std::nullopt;
  const VerbatimFiles files = recording.verbatim(epoch->number);
  const auto file = files.find(std::string{loss_file});
  return file == files.end() ? std::nullopt : parse_loss(file->second);
}

bool is_of(const Finding& finding, const Gap& gap) {
  return finding.kind == Kind::collection_gap && finding.ended && finding.ended->by == gap.by &&
         finding.details.value("reason", std::string{}) == not_collected;
}

}  // namespace

void tell_losses(const Recording& recording, Analysis& analysis) {
  std::vector<EpochInfo> epochs;
  for (Gap& gap : analysis.recording.gaps) {
    if (gap.reason != not_collected) continue;
    if (epochs.empty()) epochs = recording.epochs();
    const auto loss = loss_before(recording, epochs, gap.by);
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
