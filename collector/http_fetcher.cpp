#include "collector/http_fetcher.hpp"

#include "collector/certificate.hpp"
#include "collector/curl.hpp"
#include "collector/transfers.hpp"
#include "collector/transport_failure.hpp"
#include "schema/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace natsrec {
namespace {

using Steady = std::chrono::steady_clock;

/// healthz with details: from 2.10 on it then lists every error with its type.
std::string url_of(const std::string& base, Endpoint endpoint) {
  return fmt::format("{}/{}{}", base, name(endpoint), endpoint == Endpoint::healthz ? "?details=true" : "");
}

/// Empty texts are left at what libcurl does of itself.
void set(CURL* easy, CURLoption option, const std::string& text) {
  if (!text.empty()) curl_easy_setopt(easy, option, text.c_str());
}

/// So much is kept of a body that is too large.
constexpr std::size_t beginning = 1u << 20;

/// What the bodies of one fetch take together. Above the limit none may grow further than a beginning:
/// servers that send without end must not fill the memory, nor keep the others from being recorded in full.
struct Held {
  std::size_t bytes = 0, limit = 0;
};

/// What is said with one target during one fetch: its endpoints, one after another.
class Conversation {
 public:
  Conversation(const Target& target, const FetchOptions& options, const Clock& clock, Held& held);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  CURL* easy() const { return easy_.get(); }
  bool done() const { return next_ == options_.endpoints.size(); }
  /// Prepares the next request; the caller hands easy() to the multi handle. So much of its time is over.
  void ask(Steady::duration late);
  /// The request that was asked is over.
  void finish(CURLcode code);
  /// Nothing more is asked: the epoch's time is used up, or there is another reason.
  void give_up(const std::optional<FetchFailure>& why = std::nullopt);

  /// Frees its handle once it is done: there is time for that while others are waited for.
  void hang_up() { easy_.reset(); }

  const std::string& url() const { return target_.url; }
  /// What the server showed, if there was a handshake.
  const std::optional<std::string>& certificate() const { return certificate_; }
  /// That it showed this, now or when the connection was made; nothing if it did not answer.
  void keep_certificate(const std::string& shown);

  std::vector<Snapshot> take() { return std::move(snapshots_); }

 private:
  static std::size_t receive(char* bytes, std::size_t one, std::size_t count, void* self);
  void keep_answer(Snapshot& snapshot);
  FetchFailure failure_of(CURLcode code) const;
  void use(const Access& access);
  Snapshot begin(Endpoint endpoint) const;

  const Target& target_;
  const FetchOptions& options_;
  const Clock& clock_;
  Held& held_;
  std::string base_;    ///< what is asked: the target's URL, under the name that its certificate is for
  ListPtr connect_to_;  ///< where that is
  EasyPtr easy_;
  std::size_t next_ = 0;
  bool asking_ = false;
  bool timed_out_ = false;
  std::optional<std::string> certificate_;
  bool heard_ = false;  ///< it answered something in this epoch
  Time asked_;
  std::string body_;
  std::optional<std::size_t> too_large_;  ///< for more than so many bytes
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::vector<Snapshot> snapshots_;
};

Conversation::Conversation(const Target& target, const FetchOptions& options, const Clock& clock, Held& held)
    : target_(target), options_(options), clock_(clock), held_(held), base_(target.url), easy_(make_easy()) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Conversation::receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "nats-recorder/" NATSREC_VERSION);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  // Servers are asked, not what an http_proxy in cron's environment makes of them.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A pod that comes back under its name has another address: names are looked up anew for every epoch.
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  // A resolver thread that hangs must not hold up the end of an epoch.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  try {
    use(target.access);
  } catch (const Failure& failure) {
    give_up(FetchFailure{FailureClass::other, failure.what()});
  }
}

void Conversation::use(const Access& access) {
  CURL* easy = easy_.get();
  if (!access.user.empty() || access.password) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, access.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, access.password.read().c_str());
  }
  if (access.token) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, access.token.read().c_str());
  }
  set(easy, CURLOPT_PROXY, access.proxy);
  set(easy, CURLOPT_CAINFO, access.ca);
  set(easy, CURLOPT_SSLCERT, access.cert);
  set(easy, CURLOPT_SSLKEY, access.key);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                   static_cast<long>(access.tls_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
  if (target_.url.starts_with("https://")) curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
  if (!access.server_name.empty() && target_.url.starts_with("https://")) {
    base_ = with_host(target_.url, access.server_name);
    const std::string host = host_of(target_.url);
    const bool bracketed = host.find(':') != std::string::npos;
    connect_to_.reset(curl_slist_append(nullptr, fmt::format("::{}{}{}:{}", bracketed ? "[" : "", host,
                                                             bracketed ? "]" : "", port_of(target_.url))
                                                     .c_str()));
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  }
}

std::size_t Conversation::receive(char* bytes, std::size_t one, std::size_t count, void* self) {
  auto& conversation = *static_cast<Conversation*>(self);
  const std::size_t size = one * count;
  std::string& body = conversation.body_;
  Held& held = conversation.held_;
  std::size_t cap = conversation.options_.max_body;
  if (held.bytes + size > held.limit) cap = std::min(cap, beginning);
  const std::size_t taken = std::min(size, cap - std::min(cap, body.size()));
  try {
    body.append(bytes, taken);
  } catch (const std::bad_alloc&) {
    return 0;  // no exception may pass through libcurl
  }
  held.bytes += taken;
  if (taken == size) return size;
  conversation.too_large_ = cap;
  return 0;  // ends the transfer with CURLE_WRITE_ERROR
}

void Conversation::ask(Steady::duration late) {
  body_.clear();
  too_large_.reset();
  error_.front() = '\0';
  const Duration whole = timed_out_ ? options_.timeout / 4 : options_.timeout;
  const Duration patience = patience_when(std::chrono::duration_cast<Duration>(late), whole);
  curl_easy_setopt(easy(), CURLOPT_URL, url_of(base_, options_.endpoints[next_]).c_str());
  curl_easy_setopt(easy(), CURLOPT_TIMEOUT_MS, curl_milliseconds(patience));
  curl_easy_setopt(easy(), CURLOPT_CONNECTTIMEOUT_MS, curl_milliseconds(patience));
  if (options_.last && next_ + 1 == options_.endpoints.size())
    curl_easy_setopt(easy(), CURLOPT_FORBID_REUSE, 1L);
  asked_ = clock_.now();
  asking_ = true;
}

Snapshot Conversation::begin(Endpoint endpoint) const {
  Snapshot snapshot;
  snapshot.target = target_.label;
  snapshot.endpoint = endpoint;
  snapshot.answered = clock_.now();
  snapshot.asked = asking_ ? asked_ : snapshot.answered;
  return snapshot;
}

/// Status and body go together: there is a body, if only an empty one, as soon as there is a status.
void Conversation::keep_answer(Snapshot& snapshot) {
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 0) return;
  if (too_large_ && body_.size() > beginning) {
    held_.bytes -= body_.size() - beginning;
    body_ = body_.substr(0, beginning);  // in memory of its own size
  }
  snapshot.status = static_cast<int>(status);
  snapshot.body = std::move(body_);
}

FetchFailure Conversation::failure_of(CURLcode code) const {
  if (too_large_) {
    return {FailureClass::too_large,
            fmt::format("more than {} bytes{}; the rest was not read", *too_large_,
                        *too_large_ < options_.max_body ? ", where the whole epoch is very large" : "")};
  }
  return transport_failure(easy(), code, error_.data());
}

void Conversation::keep_certificate(const std::string& shown) {
  if (!heard_) return;
  snapshots_.push_back({target_.label, Endpoint::envelope, snapshots_.front().asked,
                        snapshots_.back().answered, 200, std::nullopt,
                        fmt::format("{{\"certificate\":{}}}", shown)});
}

void Conversation::finish(CURLcode code) {
  Snapshot snapshot = begin(options_.endpoints[next_++]);
  asking_ = false;
  keep_answer(snapshot);
  if (code != CURLE_OK) {
    snapshot.failure = failure_of(code);
  } else {
    snapshot.failure = redirect_failure(easy());
  }
  if (auto shown = certificate_shown(easy())) certificate_ = std::move(shown);
  heard_ = heard_ || snapshot.status;
  snapshots_.push_back(std::move(snapshot));
  if (!snapshots_.back().failure) return;
  const FailureClass failure = snapshots_.back().failure->failure;
  timed_out_ = timed_out_ || failure == FailureClass::timeout;
  const bool silent = timed_out_ && !heard_;
  if (!silent && !never_sent(easy(), failure)) return;
  // The host cannot be reached, or is frozen, which does not depend on the path: one attempt stands for all,
  // with its own times.
  for (; !done(); ++next_) {
    snapshots_.push_back(snapshots_.back());
    snapshots_.back().endpoint = options_.endpoints[next_];
  }
}

void Conversation::give_up(const std::optional<FetchFailure>& why) {
  for (; !done(); ++next_) {
    Snapshot snapshot = begin(options_.endpoints[next_]);
    if (asking_) keep_answer(snapshot);
    snapshot.failure = why.value_or(FetchFailure{
        FailureClass::over_budget,
        fmt::format("{} the epoch's {} were used up",
                    asking_ ? "no answer before" : "not asked:", format_duration(options_.budget))});
    asking_ = false;
    snapshots_.push_back(std::move(snapshot));
  }
}

}  // namespace

struct HttpFetcher::Impl {
  explicit Impl(const Clock& given) : clock(given) {}
  void start(Conversation& conversation, Steady::duration late = {}) {
    conversation.ask(late);
    transfers.add(conversation.easy(), conversation.url());
  }

  const Clock& clock;
  Transfers transfers;                              ///< keeps the connections between fetches
  std::map<std::string, std::string> certificates;  ///< by URL: what was shown when the connection was made
};

Duration patience_when(Duration late, Duration timeout) { return timeout - std::min(late, timeout / 10); }

HttpFetcher::HttpFetcher(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
HttpFetcher::~HttpFetcher() = default;

std::vector<Snapshot> HttpFetcher::fetch(const std::vector<Target>& targets, const FetchOptions& options) {
  impl_->transfers.expect(targets.size());
  const auto began = Steady::now(), deadline = began + options.budget;
  Held held{0, 2 * options.max_body};
  std::vector<std::unique_ptr<Conversation>> conversations;
  std::size_t going = 0;
  const auto over = [&](CURL* easy, CURLcode code) {
    Conversation* conversation = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &conversation);
    conversation->finish(code);
    if (!conversation->done()) return impl_->start(*conversation);
    conversation->hang_up();
    --going;
  };
  for (const Target& target : targets) {
    conversations.push_back(std::make_unique<Conversation>(target, options, impl_->clock, held));
    if (conversations.back()->done()) continue;
    impl_->start(*conversations.back(), Steady::now() - began);
    ++going;
    // What is asked need not wait for a crowd to be made ready: its time runs already.
    if (conversations.size() % 32 == 0) impl_->transfers.turn(Steady::now(), over);
  }
  while (going > 0 && Steady::now() < deadline) impl_->transfers.turn(deadline, over);
  std::vector<Snapshot> out;
  std::map<std::string, std::string> certificates;  // those of servers that are asked no more are forgotten
  for (const auto& conversation : conversations) {
    if (!conversation->done()) {
      conversation->give_up();
      impl_->transfers.remove(conversation->easy(), conversation->url());
    }
    const auto before = impl_->certificates.find(conversation->url());
    if (conversation->certificate()) {
      certificates.insert_or_assign(conversation->url(), *conversation->certificate());
    } else if (before != impl_->certificates.end()) {
      certificates.insert(*before);
    }
    if (const auto shown = certificates.find(conversation->url()); shown != certificates.end())
      conversation->keep_certificate(shown->second);
    for (Snapshot& snapshot : conversation->take()) out.push_back(std::move(snapshot));
  }
  impl_->certificates = std::move(certificates);
  return out;
}

}  // namespace natsrec
