#include "collector/transport_failure.hpp"

#include "collector/target.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace natsrec {
namespace {

/// The system's error behind a failed connect; libcurl's text does not tell it.
int system_error(CURL* easy) {
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  return static_cast<int>(error);
}

FailureClass class_of_connect(int error) {
  switch (error) {
    case ECONNREFUSED:
      return FailureClass::refused;
    case ETIMEDOUT:
      return FailureClass::timeout;
    case ECONNRESET:
      return FailureClass::reset;
    default:
      return FailureClass::other;
  }
}

/// A timeout while the name was being resolved is the resolver's, not the server's.
FailureClass class_of_timeout(CURL* easy) {
  curl_off_t resolved = 0;
  curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
  return resolved == 0 ? FailureClass::dns : FailureClass::timeout;
}

/// libcurl has one code for a connection that broke and for chunks that are none.
bool is_about_chunks(std::string_view words) {
  return words.find("chunked-encoding") != std::string_view::npos;
}

FailureClass class_of(CURL* easy, CURLcode code, std::string_view words) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return FailureClass::dns;
    case CURLE_COULDNT_CONNECT:
      return class_of_connect(system_error(easy));
    case CURLE_OPERATION_TIMEDOUT:
      return class_of_timeout(easy);
    case CURLE_RECV_ERROR:
      return is_about_chunks(words) ? FailureClass::http : FailureClass::reset;
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
      return FailureClass::reset;
    case CURLE_PARTIAL_FILE:
      return FailureClass::truncated;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
      return FailureClass::tls;
    case CURLE_UNSUPPORTED_PROTOCOL:  // bytes that do not begin like HTTP/1 ("HTTP/0.9")
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_OUT_OF_MEMORY:  // of a header without end
      return FailureClass::http;
    default:
      return FailureClass::other;
  }
}

}  // namespace

FetchFailure transport_failure(CURL* easy, CURLcode code, const char* text) {
  std::string words = *text ? text : curl_easy_strerror(code);
  if (code == CURLE_OUT_OF_MEMORY) words = "a header of more than 100 KiB, or no memory left";
  if (code == CURLE_COULDNT_CONNECT && system_error(easy) != 0) {
    words += fmt::format(" ({})", std::strerror(system_error(easy)));
  }
  const FailureClass failure = class_of(easy, code, words);
  return {failure, std::move(words)};
}

std::optional<FetchFailure> redirect_failure(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 300 || status > 399) return std::nullopt;
  const char* where = nullptr;
  curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &where);
  return FetchFailure{FailureClass::http,
                      fmt::format("a redirect to {}, not followed", where ? redacted(where) : "nowhere")};
}

bool never_sent(CURL* easy, FailureClass failure) {
  if (failure == FailureClass::dns) return true;
  long sent = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  return failure == FailureClass::timeout && sent == 0;
}

}  // namespace natsrec
