#include "collector/curl.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace natsrec {
namespace {

/// libcurl's global state, for as long as the program runs.
void initialise() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
}

}  // namespace

EasyPtr make_easy() {
  initialise();
  EasyPtr out{curl_easy_init()};
  if (!out) throw std::bad_alloc();
  return out;
}

MultiPtr make_multi() {
  initialise();
  MultiPtr out{curl_multi_init()};
  if (!out) throw std::bad_alloc();
  return out;
}

void take_finished(CURLM* multi, const std::function<void(CURL*, CURLcode)>& finished) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // Copied: removing the handle frees the message.
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi, easy);
    finished(easy, code);
  }
}

long curl_milliseconds(std::chrono::microseconds duration) {
  return std::max<long>(1, static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(duration).count()));
}

}  // namespace natsrec
