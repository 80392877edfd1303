#include "collector/port_prober.hpp"

#include "collector/curl.hpp"
#include "collector/target.hpp"
#include "collector/transport_failure.hpp"
#include "schema/failure.hpp"

#include <array>
#include <chrono>
#include <memory>

namespace natsrec {
namespace {

/// One connection on its way.
class Attempt {
 public:
  Attempt(Reached& result, Duration patience) : result_(result), easy_(make_easy()) {
    CURL* const easy = easy_.get();
    const Listener& listener = result.listener;
    const std::string url = with_host("http://host", listener.host, std::to_string(listener.port));
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, curl_milliseconds(patience));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, curl_milliseconds(patience));
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  CURL* easy() const { return easy_.get(); }
  void finish(CURLcode code) {
    curl_off_t took = 0;
    curl_easy_getinfo(easy(), code == CURLE_OK ? CURLINFO_CONNECT_TIME_T : CURLINFO_TOTAL_TIME_T, &took);
    result_.took = Duration{took};
    if (code != CURLE_OK) result_.failure = transport_failure(easy(), code, error_.data());
  }

 private:
  Reached& result_;
  EasyPtr easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

void finish(CURL* easy, CURLcode code) {
  Attempt* attempt = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &attempt);
  attempt->finish(code);
}

}  // namespace

std::vector<Snapshot> probe_ports(const std::vector<Probe>& probes, Duration patience, const Clock& clock) {
  std::vector<std::vector<Reached>> results;
  for (const Probe& probe : probes) {
    auto& result = results.emplace_back();
    for (const Listener& listener : probe.listeners) result.push_back({listener, {}, {}});
  }
  const Time asked = clock.now();
  std::vector<std::unique_ptr<Attempt>> attempts;
  const MultiPtr multi = make_multi();
  for (auto& result : results) {
    for (Reached& port : result) {
      try {
        attempts.push_back(std::make_unique<Attempt>(port, patience));
        curl_multi_add_handle(multi.get(), attempts.back()->easy());
      } catch (const Failure& failure) {
        port.failure = FetchFailure{FailureClass::other, failure.what()};
      }
    }
  }
  for (int running = 1; running > 0;) {
    curl_multi_perform(multi.get(), &running);
    take_finished(multi.get(), finish);
    if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
  }
  std::vector<Snapshot> out;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    if (results[i].empty()) continue;
    out.push_back(
        {probes[i].target, Endpoint::ports, asked, clock.now(), 200, std::nullopt, ports_body(results[i])});
  }
  return out;
}

}  // namespace natsrec
