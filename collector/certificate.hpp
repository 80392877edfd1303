#pragma once
#include <curl/curl.h>

#include <optional>
#include <string>

namespace natsrec {

/// What the server showed in the handshake of this transfer, as a JSON object: subject, issuer, not_before,
/// not_after. Nothing if there was none: a connection that was kept had its handshake before. Wants
/// CURLOPT_CERTINFO.
std::optional<std::string> certificate_shown(CURL* easy);

}  // namespace natsrec
