#pragma once
#include "analyzer/detect/replay.hpp"
#include "analyzer/incident/model.hpp"
#include "analyzer/incident/options.hpp"
#include "schema/recording.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace SQLite {
class Database;
}

/// What was derived from a recording, kept beside it, so that the next question needs no replay: FACTS.md.
namespace natsrec::facts {

/// Who wants to know how it goes.
struct Audience {
  std::function<void(double)> progress = {};          ///< share of what is replayed
  std::function<void(const std::string&)> note = {};  ///< why facts could not be used somewhere
};

/// Where the facts of a recording may be, best first: beside it, else in the user's cache.
std::vector<std::filesystem::path> places(const std::filesystem::path& store, const std::string& recording);

class Facts {
 public:
  /// Up to date with the recording; nothing if they are not, and cannot be brought there: nowhere to write,
  /// or another analyzer is at it. Never throws for what the facts' file is like.
  static std::optional<Facts> open(const Recording& recording, const std::filesystem::path& store,
                                   const Audience& audience = {});
  /// Where a replay can start instead of at the first epoch, from facts that cannot be brought up to date but
  /// are of this recording.
  struct Start {
    Replay story;
    std::int64_t last = 0;    ///< epoch stepped last
    std::int64_t damage = 0;  ///< found up to there
  };
  static std::optional<Start> start(const Recording& recording, const std::filesystem::path& store);
  /// Derived anew, kept in memory only.
  static Facts in_memory(const Recording& recording, const Audience& audience = {});
  Facts(Facts&&) noexcept;
  Facts& operator=(Facts&&) noexcept;
  ~Facts();

  /// What `analyse` would say with default options, but for the window and the selection of `options`.
  /// Nothing if the file turns out to be damaged; it is removed then.
  std::optional<Analysis> analysis(const AnalysisOptions& options, const std::string& store_name,
                                   bool lanes) const;
  /// As it was after the newest epoch; nothing if that is damaged.
  std::optional<Replay> replay() const;
  SQLite::Database& database() const;
  /// Where they are; empty: in memory.
  const std::filesystem::path& file() const;

 private:
  template <class Work>
  auto unless_damaged(Work&& work) const -> std::optional<decltype(work())>;

  struct Impl;
  explicit Facts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace natsrec::facts
