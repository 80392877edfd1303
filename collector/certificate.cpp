#include "collector/certificate.hpp"

#include "schema/time.hpp"

#include <date/date.h>
#include <nlohmann/json.hpp>

#include <array>
#include <sstream>

namespace natsrec {
namespace {

/// "Nov  6 04:18:05 2026 GMT", as OpenSSL prints times.
std::optional<Time> parse_openssl_time(const std::string& text) {
  std::istringstream in{text};
  std::chrono::sys_seconds out;
  in >> date::parse("%b %d %H:%M:%S %Y GMT", out);
  if (in.fail()) return std::nullopt;
  return Time{out};
}

struct Field {
  std::string_view prefix, key;
  bool is_time = false;
};
constexpr std::array fields{Field{"Subject:", "subject"}, Field{"Issuer:", "issuer"},
                            Field{"Start date:", "not_before", true},
                            Field{"Expire date:", "not_after", true}};

}  // namespace

std::optional<std::string> certificate_shown(CURL* easy) {
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1)
    return std::nullopt;
  using Json = nlohmann::ordered_json;
  Json out = Json::object();
  for (const curl_slist* line = chain->certinfo[0]; line; line = line->next) {
    const std::string_view text = line->data;
    for (const auto& [prefix, key, is_time] : fields) {
      if (!text.starts_with(prefix)) continue;
      std::string value{text.substr(prefix.size())};
      if (const auto time = is_time ? parse_openssl_time(value) : std::nullopt) value = format_time(*time);
      out[std::string{key}] = value;
    }
  }
  if (out.empty()) return std::nullopt;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace natsrec
