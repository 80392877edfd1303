#include "analyzer/commands/follow.hpp"

#include "analyzer/commands/losses.hpp"
#include "analyzer/facts/facts.hpp"
#include "schema/failure.hpp"
#include "schema/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace natsrec {

Follower::Follower(std::filesystem::path store, Window window, AnalysisOptions options, Means means)
    : store_(std::move(store)),
      window_(std::move(window)),
      options_(std::move(options)),
      means_(std::move(means)) {}

void Follower::begin(const Recording& recording) {
  id_ = recording.id();
  auto start = means_.facts && has_facts(options_) ? facts::Facts::start(recording, store_) : std::nullopt;
  if (!start) start.emplace(facts::Facts::Start{Replay{options_.detection}, 0, 0});
  story_ = std::move(start->story);
  last_ = start->last;
  damage_ = start->damage;
}

std::optional<Analysis> Follower::next() {
  const auto recording = Recording::open(store_);
  if (!story_) {
    begin(recording);
  } else if (recording.id() != id_) {
    throw Failure(Exit::store, fmt::format("{} is another recording now; start anew to follow that one",
                                           printable(store_.string())));
  } else if (recording.last_number() <= last_) {
    return std::nullopt;
  }
  auto options = options_;
  const auto until = bounds(recording, window_, options);
  const auto damaged_before = recording.damaged();
  const auto last = recording.last_number();
  // Up to the last: more may be written meanwhile.
  replay(recording, {last_, last, until}, *story_, std::exchange(means_.progress, {}));
  last_ = last;
  damage_ += recording.damaged() - damaged_before;
  auto analysis = assemble(*story_, {id_, store_.filename().string(), damage_}, options);
  tell_losses(recording, analysis);
  return analysis;
}

}  // namespace natsrec
