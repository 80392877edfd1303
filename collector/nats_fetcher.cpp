#include "collector/nats_fetcher.hpp"

#include "collector/envelope.hpp"
#include "schema/failure.hpp"

#include <fmt/format.h>
#include <nats/nats.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// When all that were expected have answered, others are waited for no longer than this after the last one.
constexpr auto quiet = 300ms;

/// Bytes that may wait to be taken, however many messages: ten times what a thousand servers answer.
constexpr int most_pending = 1 << 30;

template <auto destroy>
struct Destroy {
  template <typename Object>
  void operator()(Object* object) const {
    destroy(object);
  }
};
using OptionsPtr = std::unique_ptr<natsOptions, Destroy<natsOptions_Destroy>>;
using ConnectionPtr = std::unique_ptr<natsConnection, Destroy<natsConnection_Destroy>>;
using SubscriptionPtr = std::unique_ptr<natsSubscription, Destroy<natsSubscription_Destroy>>;
using MessagePtr = std::unique_ptr<natsMsg, Destroy<natsMsg_Destroy>>;

/// libnats' errors in our terms.
struct NatsError {
  natsStatus status;
  std::string text;
};

void check(natsStatus status) {
  if (status == NATS_OK) return;
  natsStatus last = NATS_OK;
  const char* detail = nats_GetLastError(&last);
  throw NatsError{status, detail && *detail ? detail : natsStatus_GetText(status)};
}

FetchFailure failure_of(const NatsError& error) {
  const auto failure = [&] {
    switch (error.status) {
      case NATS_NO_SERVER:
        return FailureClass::refused;
      case NATS_TIMEOUT:
        return FailureClass::timeout;
      case NATS_ADDRESS_MISSING:
        return FailureClass::dns;
      case NATS_SSL_ERROR:
      case NATS_SECURE_CONNECTION_REQUIRED:
      case NATS_SECURE_CONNECTION_WANTED:
        return FailureClass::tls;
      case NATS_CONNECTION_CLOSED:
      case NATS_CONNECTION_DISCONNECTED:
      case NATS_IO_ERROR:
        return FailureClass::reset;
      default:
        return FailureClass::other;
    }
  }();
  return {failure, "the system account: " + error.text};
}

std::int64_t milliseconds(Steady::duration duration) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

OptionsPtr options_for(const Target& account, Steady::duration patience) {
  const Access& access = account.access;
  natsOptions* made = nullptr;
  check(natsOptions_Create(&made));
  OptionsPtr options{made};
  std::vector<const char*> urls{account.url.c_str()};
  for (const auto& other : account.others) urls.push_back(other.c_str());
  check(natsOptions_SetServers(made, urls.data(), static_cast<int>(urls.size())));
  check(natsOptions_SetNoRandomize(made, true));
  check(natsOptions_SetName(made, "nats-recorder"));
  // For each of them: a host that is gone must not use up what the others need.
  check(natsOptions_SetTimeout(made, milliseconds(patience / static_cast<Steady::rep>(urls.size()))));
  // The next epoch connects anew: one in between would only hide what happened.
  check(natsOptions_SetAllowReconnect(made, false));
  if (!access.user.empty() || access.password)
    check(natsOptions_SetUserInfo(made, access.user.c_str(), access.password.read().c_str()));
  if (access.token) check(natsOptions_SetToken(made, access.token.read().c_str()));
  if (!access.creds.empty())
    check(natsOptions_SetUserCredentialsFromFiles(made, access.creds.c_str(), nullptr));
  if (!access.nkey.empty())
    check(natsOptions_SetNKeyFromSeed(made, access.nkey.c_str(), access.nkey_seed.c_str()));
  if (account.url.starts_with("tls://")) check(natsOptions_SetSecure(made, true));
  if (!access.ca.empty()) check(natsOptions_LoadCATrustedCertificates(made, access.ca.c_str()));
  if (!access.cert.empty())
    check(natsOptions_LoadCertificatesChain(made, access.cert.c_str(), access.key.c_str()));
  if (!access.server_name.empty()) check(natsOptions_SetExpectedHostname(made, access.server_name.c_str()));
  return options;
}

std::string upper(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

/// A connection, and the subscription by which all answers come in. That lives longer: libnats 3.4 takes hold
/// of a subscription for a message only after it has let go of the table it found it in, so that one which is
/// freed while the connection reads is used once more.
class Line {
 public:
  Line(const Target& account, Steady::duration patience) : account_(account) {
    natsConnection* connection = nullptr;
    check(natsConnection_Connect(&connection, options_for(account, patience).get()));
    connection_.reset(connection);
    natsInbox* made_inbox = nullptr;
    check(natsInbox_Create(&made_inbox));
    const std::unique_ptr<natsInbox, Destroy<natsInbox_Destroy>> inbox{made_inbox};
    inbox_ = inbox.get();
    natsSubscription* subscription = nullptr;
    check(natsConnection_SubscribeSync(&subscription, connection, (inbox_ + ".>").c_str()));
    subscription_.reset(subscription);
    check(natsSubscription_SetPendingLimits(subscription, -1, most_pending));
  }

  bool leads_to(const Target& account) const {
    return account_ == account && natsConnection_Status(connection_.get()) == NATS_CONN_STATUS_CONNECTED;
  }
  natsConnection* connection() const { return connection_.get(); }
  natsSubscription* subscription() const { return subscription_.get(); }
  /// Another for each question, so that what was late for the one before is not taken for an answer.
  std::string next_inbox() { return fmt::format("{}.{}.", inbox_, ++questions_); }

 private:
  Target account_;
  std::string inbox_;
  std::uint64_t questions_ = 0;
  SubscriptionPtr subscription_;  // before the connection, which goes first then
  ConnectionPtr connection_;
};

/// One question to all servers, and what they answer.
class Census {
 public:
  Census(const Target& account, const std::vector<Target>& expected, const FetchOptions& options,
         const Clock& clock)
      : account_(account), options_(options), clock_(clock) {
    for (const Target& target : expected) targets_.emplace(target.label, target);
    awaited_ = targets_.size() * options.endpoints.size();
  }

  void ask(Line& line);
  AccountAnswer result();

 private:
  void take(natsMsg* message, std::string_view subject);
  void keep(const Envelope& envelope, Endpoint endpoint, std::size_t size);
  std::string label_of(const Envelope& envelope);
  std::string silence() const {
    return fmt::format("no answer over the system account within {}", format_duration(options_.timeout));
  }

  const Target& account_;
  const FetchOptions& options_;
  const Clock& clock_;
  Time asked_;
  std::size_t awaited_ = 0;  ///< answers of servers that were expected
  std::size_t unheard_ = 0;  ///< endpoints that nobody listens for
  std::map<std::string, Target> targets_;
  std::map<std::string, std::string> ids_;                            ///< by label: who has it
  std::map<std::string, std::map<Endpoint, Snapshot>> answers_;       ///< by label
  std::map<std::string, std::map<Endpoint, std::string>> envelopes_;  ///< by label
};

void Census::ask(Line& line) {
  const auto deadline = Steady::now() + options_.timeout;
  const std::string inbox = line.next_inbox();
  asked_ = clock_.now();
  for (const Endpoint endpoint : options_.endpoints) {
    const std::string subject = "$SYS.REQ.SERVER.PING." + upper(name(endpoint));
    const std::string_view body = endpoint == Endpoint::healthz ? R"({"details":true})" : "";
    check(natsConnection_PublishRequest(line.connection(), subject.c_str(),
                                        fmt::format("{}{}", inbox, name(endpoint)).c_str(), body.data(),
                                        static_cast<int>(body.size())));
  }
  const bool first_time = awaited_ == 0;
  auto until = deadline;
  while (Steady::now() < until) {
    natsMsg* got = nullptr;
    const natsStatus status =
        natsSubscription_NextMsg(&got, line.subscription(), milliseconds(until - Steady::now()));
    if (status == NATS_NO_RESPONDERS) {
      if (++unheard_ == options_.endpoints.size()) break;
      continue;
    }
    if (status != NATS_OK) {
      // What came before the connection broke is kept; the others have been silent.
      if (status != NATS_TIMEOUT && answers_.empty()) check(status);
      break;
    }
    const MessagePtr message{got};
    const std::string_view subject{natsMsg_GetSubject(got)};
    if (!subject.starts_with(inbox)) continue;
    take(got, subject.substr(inbox.size()));
    if (!first_time && awaited_ == 0) until = std::min(deadline, Steady::now() + quiet);
  }
}

void Census::take(natsMsg* message, std::string_view subject) {
  const auto endpoint = parse_endpoint(subject);
  const std::string_view reply{natsMsg_GetData(message),
                               static_cast<std::size_t>(natsMsg_GetDataLength(message))};
  const auto envelope = parse_envelope(reply);
  // A reply that names no server cannot be told to be anybody's.
  if (endpoint && envelope) keep(*envelope, *endpoint, reply.size());
}

std::string Census::label_of(const Envelope& envelope) {
  std::string label = safe_label(fmt::format("{}.{}.{}", account_.label, envelope.cluster, envelope.name));
  if (const auto owner = ids_.find(label); owner != ids_.end() && owner->second != envelope.id)
    label += safe_label("#" + envelope.id.substr(0, 6));
  ids_.emplace(label, envelope.id);
  return label;
}

void Census::keep(const Envelope& envelope, Endpoint endpoint, std::size_t size) {
  const std::string label = label_of(envelope);
  const bool expected = targets_.contains(label);
  targets_.try_emplace(label, Target{label, account_.url, {}, account_.label});
  Snapshot snapshot{label, endpoint, asked_, clock_.now(), envelope.status, std::nullopt, envelope.data};
  if (size > options_.max_body) {
    snapshot.body.reset();
    snapshot.failure = {FailureClass::too_large,
                        fmt::format("more than {} bytes; not kept", options_.max_body)};
  } else if (!envelope.data) {
    snapshot.status.reset();
    snapshot.failure = {FailureClass::other, envelope.error};
  }
  const bool is_new = answers_[label].try_emplace(endpoint, std::move(snapshot)).second;
  envelopes_[label].try_emplace(endpoint, envelope.server);
  if (is_new && expected && awaited_ > 0) --awaited_;
}

AccountAnswer Census::result() {
  AccountAnswer out;
  if (unheard_ == options_.endpoints.size() && answers_.empty())
    throw NatsError{NATS_NO_RESPONDERS, "nobody answered; give a user of the system account"};
  for (auto& [label, target] : targets_) {
    auto& answers = answers_[label];
    for (const Endpoint endpoint : options_.endpoints) {
      if (const auto found = answers.find(endpoint); found != answers.end()) {
        out.snapshots.push_back(std::move(found->second));
      } else {
        out.snapshots.push_back({label, endpoint, asked_, clock_.now(), std::nullopt,
                                 FetchFailure{FailureClass::timeout, silence()}, std::nullopt});
      }
    }
    if (const auto& envelopes = envelopes_[label]; !envelopes.empty()) {
      std::string body = "{";
      for (const auto& [endpoint, server] : envelopes)
        body += fmt::format("{}\"{}\":{}", body.size() > 1 ? "," : "", name(endpoint), server);
      out.snapshots.push_back(
          {label, Endpoint::envelope, asked_, clock_.now(), 200, std::nullopt, body + "}"});
    }
    out.targets.push_back(std::move(target));
  }
  return out;
}

}  // namespace

struct NatsFetcher::Impl {
  Line& line_to(const Target& account, Steady::duration patience) {
    auto& line = lines[account.label];
    if (line && line->leads_to(account)) return *line;
    line.reset();
    line = std::make_unique<Line>(account, patience);
    return *line;
  }
  AccountAnswer ask(const Found::Account& question, const FetchOptions& options);

  const Clock& clock;
  std::map<std::string, std::unique_ptr<Line>> lines;  ///< by account
};

AccountAnswer NatsFetcher::Impl::ask(const Found::Account& question, const FetchOptions& options) {
  const auto& [account, expected] = question;
  const Time began = clock.now();
  const auto failed = [&, &label = account.label](FetchFailure failure) {
    return AccountAnswer{
        {}, {{label, Endpoint::varz, began, clock.now(), std::nullopt, std::move(failure), std::nullopt}}};
  };
  try {
    Census census{account, expected, options, clock};
    census.ask(line_to(account, options.timeout));
    return census.result();
  } catch (const NatsError& error) {
    lines.erase(account.label);
    return failed(failure_of(error));
  } catch (const Failure& failure) {
    return failed({FailureClass::other, failure.what()});
  }
}

NatsFetcher::NatsFetcher(const Clock& clock) : impl_(std::make_unique<Impl>(Impl{clock, {}})) {}
NatsFetcher::~NatsFetcher() = default;

std::vector<AccountAnswer> NatsFetcher::fetch(const std::vector<Found::Account>& accounts,
                                              const FetchOptions& options) {
  std::erase_if(impl_->lines, [&](const auto& kept) {
    return std::none_of(accounts.begin(), accounts.end(),
                        [&](const auto& each) { return each.account.label == kept.first; });
  });
  std::vector<AccountAnswer> out;
  out.reserve(accounts.size());
  for (const auto& account : accounts) out.push_back(impl_->ask(account, options));
  return out;
}

}  // namespace natsrec
