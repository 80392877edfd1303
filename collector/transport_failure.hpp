#pragma once
#include "schema/snapshot.hpp"

#include <curl/curl.h>

#include <optional>

/// libcurl's errors in our terms.
namespace natsrec {

/// Class and text of a transfer that ended with this code. `text` is libcurl's error buffer.
FetchFailure transport_failure(CURL* easy, CURLcode code, const char* text);

/// A redirect is an answer, but not the one that was asked for: the server behind it is another one.
std::optional<FetchFailure> redirect_failure(CURL* easy);

/// Whether the transfer failed so early and so slowly that asking the same host again in this epoch is no
/// use: its name does not resolve, or nothing could be sent to it in time.
bool never_sent(CURL* easy, FailureClass failure);

}  // namespace natsrec
