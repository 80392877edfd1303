#include "schema/recording.hpp"

#include "schema/printable.hpp"
#include "schema/read_access.hpp"
#include "schema/run.hpp"
#include "schema/sql.hpp"
#include "schema/store.hpp"
#include "schema/stored.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

namespace natsrec {
namespace {

namespace fs = std::filesystem;

}  // namespace

struct Recording::Impl {
  explicit Impl(const fs::path& path) : store(path), access(path), reader(access.database()) {}

  SQLite::Database& database() { return access.database(); }

  /// The snapshot; if it is damaged without anything that could be wrong, which is counted.
  Snapshot given_out(store::Found found) {
    if (!found.damage.empty()) {
      ++damaged;
      found.stored.snapshot.failure = FetchFailure{FailureClass::other, "damaged in the store"};
    }
    return std::move(found.stored.snapshot);
  }

  fs::path store;
  store::ReadAccess access;
  store::StoredReader reader;
  std::int64_t damaged = 0;
  std::set<std::int64_t> damaged_epochs;  ///< however often they are read
};

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

Recording Recording::open(const fs::path& store) { return Recording{std::make_unique<Impl>(store)}; }

std::string Recording::id() const {
  return store::guarded(impl_->store, [&] {
    SQLite::Statement query{impl_->database(), "SELECT id FROM recording WHERE only = 1"};
    return query.executeStep() ? sql::bytes(query.getColumn(0)) : "";
  });
}

std::optional<ReportSpan> Recording::report_span() const {
  return store::guarded(impl_->store, [&]() -> std::optional<ReportSpan> {
    SQLite::Statement query{impl_->database(), "SELECT report_since_us, report_until_us FROM recording"};
    if (!query.executeStep()) return std::nullopt;
    const auto since = sql::time(query.getColumn(0));
    const auto until = sql::time(query.getColumn(1));
    if (!since || !until) return std::nullopt;
    return ReportSpan{*since, *until};
  });
}

std::vector<EpochInfo> Recording::epochs() const {
  return epochs_after(std::numeric_limits<std::int64_t>::min());
}

std::vector<EpochInfo> Recording::epochs_after(std::int64_t number, std::size_t most) const {
  return store::guarded(impl_->store, [&] {
    std::vector<EpochInfo> out;
    if (most == 0) return out;
    store::each_epoch_after(impl_->database(), number, [&](store::FoundEpoch epoch) {
      // Without its times an epoch says nothing: it is missing then, as if nobody had looked.
      if (epoch.damage.empty())
        out.push_back(std::move(epoch.info));
      else
        impl_->damaged_epochs.insert(epoch.info.number);
      return out.size() < most;
    });
    out.shrink_to_fit();  // of a month they are many
    return out;
  });
}

std::vector<EpochInfo> Recording::newest(std::size_t count) const {
  return store::guarded(impl_->store, [&] {
    std::vector<EpochInfo> out;
    SQLite::Statement numbers{impl_->database(), "SELECT number FROM epoch ORDER BY number DESC"};
    while (out.size() < count && numbers.executeStep()) {
      auto found = store::epoch(impl_->database(), numbers.getColumn(0).getInt64());
      if (found && found->damage.empty()) out.push_back(std::move(found->info));
    }
    std::reverse(out.begin(), out.end());
    return out;
  });
}

std::int64_t Recording::first_number() const {
  return store::guarded(impl_->store, [&] {
    return sql::lookup(impl_->database(), "SELECT min(number) FROM epoch").value_or(0);
  });
}
std::int64_t Recording::last_number() const {
  return store::guarded(impl_->store, [&] {
    return sql::lookup(impl_->database(), "SELECT max(number) FROM epoch").value_or(0);
  });
}

std::string Recording::digest(std::int64_t epoch) const {
  return store::guarded(impl_->store, [&]() -> std::string {
    SQLite::Statement query{impl_->database(), "SELECT digest FROM epoch WHERE number = ?"};
    query.bind(1, epoch);
    return query.executeStep() ? sql::bytes(query.getColumn(0)) : "";
  });
}

std::vector<std::string> Recording::targets() const {
  return store::guarded(impl_->store, [&] {
    std::vector<std::string> out;
    SQLite::Statement query{impl_->database(), "SELECT label FROM target ORDER BY label"};
    while (query.executeStep()) out.push_back(sql::bytes(query.getColumn(0)));
    return out;
  });
}

Epoch Recording::epoch(std::int64_t number) const {
  return store::guarded(impl_->store, [&] {
    // One transaction, so that an epoch that is sealed or removed meanwhile is seen whole or not at all.
    SQLite::Transaction transaction{impl_->database()};
    const auto head = store::epoch(impl_->database(), number);
    if (!head || !head->damage.empty()) {
      throw Failure(Exit::store, fmt::format("{} {} epoch {}", printable(impl_->store.string()),
                                             head ? "has a damaged" : "has no", number));
    }
    const EpochInfo& info = head->info;
    Epoch out{info.number, info.started, info.ended, info.interval, info.deployment, {}};
    for (store::Found& found : impl_->reader.snapshots(number, head->row.snapshots))
      out.snapshots.push_back(impl_->given_out(std::move(found)));
    impl_->damaged +=
        std::max<std::int64_t>(0, head->row.snapshots - static_cast<std::int64_t>(out.snapshots.size()));
    return out;
  });
}

Deployment Recording::deployment(std::int64_t id) const {
  try {
    return parse_deployment(deployment_text(id));
  } catch (const Failure& failure) {
    if (failure.code() == Exit::store) throw;
    throw Failure(Exit::store, fmt::format("{} holds a deployment that cannot be read: {}",
                                           printable(impl_->store.string()), failure.what()));
  }
}

std::string Recording::deployment_text(std::int64_t id) const {
  return store::guarded(impl_->store, [&] {
    auto found = store::deployment(impl_->database(), id);
    if (!found)
      throw Failure(Exit::store,
                    fmt::format("{} has no deployment {}", printable(impl_->store.string()), id));
    if (found->damaged)
      throw Failure(Exit::store,
                    fmt::format("{} holds a damaged deployment {}; nats-collector recover saves the rest",
                                printable(impl_->store.string()), id));
    return std::move(found->document);
  });
}

VerbatimFiles Recording::verbatim(std::int64_t epoch) const {
  return store::guarded(impl_->store, [&] {
    VerbatimFiles out;
    store::for_each_verbatim(impl_->database(), epoch, [&](store::FoundFile file) {
      if (file.damaged)
        ++impl_->damaged;
      else
        out.emplace(std::move(file.path), std::move(file.content));
    });
    return out;
  });
}

std::vector<SealedSeries> Recording::sealed_run(std::int64_t run) const {
  return store::guarded(impl_->store, [&]() -> std::vector<SealedSeries> {
    SQLite::Transaction transaction{impl_->database()};
    if (sql::lookup(impl_->database(), "SELECT 1 FROM snapshot WHERE epoch BETWEEN ? AND ? LIMIT 1",
                    first_epoch_of(run), last_epoch_of(run)))
      return {};
    std::vector<SealedSeries> out;
    SQLite::Statement query{impl_->database(),
                            "SELECT t.label, c.endpoint, c.content FROM chunk c LEFT JOIN target t ON t.id = "
                            "c.target WHERE c.run = ?"};
    query.bind(1, run);
    while (query.executeStep()) {
      const auto endpoint = parse_endpoint(sql::bytes(query.getColumn(1)));
      if (!endpoint) return {};
      out.push_back({sql::bytes(query.getColumn(0)), *endpoint, sql::bytes(query.getColumn(2))});
    }
    std::sort(out.begin(), out.end(), [](const SealedSeries& a, const SealedSeries& b) {
      return a.target != b.target ? a.target < b.target : a.endpoint < b.endpoint;
    });
    return out;
  });
}

std::optional<Snapshot> Recording::snapshot(std::int64_t epoch, const std::string& target,
                                            Endpoint endpoint) const {
  return store::guarded(impl_->store, [&]() -> std::optional<Snapshot> {
    SQLite::Transaction transaction{impl_->database()};
    auto found = impl_->reader.snapshot(epoch, target, endpoint);
    if (!found) return std::nullopt;
    return impl_->given_out(std::move(*found));
  });
}

std::int64_t Recording::damaged() const {
  return impl_->damaged + static_cast<std::int64_t>(impl_->damaged_epochs.size());
}

}  // namespace natsrec
