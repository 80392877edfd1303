#pragma once
#include "collector/account_fetcher.hpp"
#include "collector/clock.hpp"
#include "collector/fetch.hpp"
#include "collector/resolver.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace natsrec::test {

/// A clock that stands still but for waiting and for what a test adds.
class FakeClock : public Clock {
 public:
  Time now() const override { return time; }
  Wake wait(Duration duration) override {
    time += duration;
    if (stop_at && time >= *stop_at) return Wake::stop;
    if (reload_at && time >= *reload_at) {
      reload_at.reset();
      return Wake::reload;
    }
    return Wake::time;
  }
  Time time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
  std::optional<Time> stop_at, reload_at;
};

/// Answers every endpoint with "{}", or as a test says.
class FakeFetcher : public Fetcher {
 public:
  explicit FakeFetcher(FakeClock& clock) : clock_(clock) {}
  std::vector<Snapshot> fetch(const std::vector<Target>& targets, const FetchOptions& given) override {
    options = given;
    fetches.push_back(clock_.now());
    std::vector<Snapshot> out;
    for (const Target& target : targets) {
      for (const Endpoint endpoint : given.endpoints) {
        Snapshot snapshot{target.label, endpoint, clock_.now(), clock_.now(), 200, std::nullopt, "{}"};
        if (change) change(snapshot);
        out.push_back(std::move(snapshot));
      }
    }
    clock_.time += takes;
    return out;
  }

  Duration takes{};                       ///< how long a fetch takes
  std::function<void(Snapshot&)> change;  ///< what a server does instead of answering "{}"
  std::vector<Time> fetches;
  FetchOptions options;

 private:
  FakeClock& clock_;
};

/// A domain name system of a few names.
class FakeResolver : public Resolver {
 public:
  std::vector<Answer> resolve(const std::vector<Question>& questions, Duration given) override {
    patience = given;
    std::vector<Answer> out;
    for (const Question& question : questions) {
      const auto found = names.find((question.service ? "srv " : "") + question.name);
      out.push_back(found == names.end()
                        ? Answer{{}, FetchFailure{FailureClass::dns, "Domain name not found"}}
                        : found->second);
    }
    return out;
  }
  std::map<std::string, Answer> names;  ///< services as "srv NAME"
  Duration patience{};
};

/// Servers that answer through a system account.
class FakeAccounts : public AccountFetcher {
 public:
  std::vector<AccountAnswer> fetch(const std::vector<Found::Account>& accounts,
                                   const FetchOptions&) override {
    std::vector<AccountAnswer> out;
    for (const auto& [account, known] : accounts) {
      expected = known;
      AccountAnswer& answer = out.emplace_back();
      for (const auto& server : servers) {
        const Target target{account.label + "." + server, account.url, {}, account.label};
        answer.targets.push_back(target);
        answer.snapshots.push_back({target.label, Endpoint::varz, {}, {}, 200, std::nullopt, "{}"});
      }
    }
    return out;
  }
  std::vector<std::string> servers;
  std::vector<Target> expected;
};

inline void refuse(Snapshot& snapshot) {
  snapshot.status.reset();
  snapshot.body.reset();
  snapshot.failure = FetchFailure{FailureClass::refused, "Connection refused"};
}

}  // namespace natsrec::test
