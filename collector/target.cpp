#include "collector/target.hpp"

#include "schema/capture_files.hpp"
#include "schema/failure.hpp"
#include "schema/label.hpp"
#include "schema/printable.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace natsrec {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlPtr = std::unique_ptr<CURLU, FreeUrl>;

[[noreturn]] void refuse(std::string_view url, std::string_view what) {
  throw Failure(Exit::usage, fmt::format("\"{}\" {}", printable(redacted(url)), what));
}

/// Empty if the URL has no such part.
std::string part(const UrlPtr& url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), what, &text, flags) != CURLUE_OK) return "";
  std::string out = text;
  curl_free(text);
  return out;
}

UrlPtr parse(std::string_view text) {
  if (text.find("://") == std::string_view::npos) {
    refuse(text, fmt::format("is not a URL; write http://{}", printable(redacted(text))));
  }
  UrlPtr url{curl_url()};
  if (!url) throw std::bad_alloc();
  const CURLUcode code =
      curl_url_set(url.get(), CURLUPART_URL, std::string{text}.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) refuse(text, fmt::format("is not a URL ({})", curl_url_strerror(code)));
  return url;
}

std::string bare_host(const UrlPtr& url) {
  std::string host = part(url, CURLUPART_HOST);
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  return host;
}

std::string whole(const UrlPtr& url) {
  std::string out = part(url, CURLUPART_URL);
  while (out.ends_with('/')) out.pop_back();
  return out;
}

Target target_of(std::string_view text, const UrlPtr& url, std::string_view name) {
  if (!part(url, CURLUPART_QUERY).empty() || !part(url, CURLUPART_FRAGMENT).empty()) {
    refuse(text, "has a query or a fragment; give the base of the port only");
  }
  Target target;
  target.access.user = part(url, CURLUPART_USER, CURLU_URLDECODE);
  if (std::string password = part(url, CURLUPART_PASSWORD, CURLU_URLDECODE); !password.empty())
    target.access.password = {Secret::From::text, std::move(password)};
  target.label =
      safe_label(name.empty() ? bare_host(url) + "_" + part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT) : name);
  if (name.size() > longest_label)
    refuse(text, fmt::format("has a name longer than {} bytes", longest_label));
  for (const auto secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS}) {
    curl_url_set(url.get(), secret, nullptr, 0);
  }
  target.url = whole(url);
  return target;
}

}  // namespace

std::string redacted(std::string_view url) {
  // The last '@' anywhere: a password may hold a '/' that should have been escaped.
  const auto at = url.rfind('@');
  if (at == std::string_view::npos) return std::string{url};
  const auto scheme = url.find("://");
  const auto authority = scheme == std::string_view::npos || scheme > at ? 0 : scheme + 3;
  return std::string{url.substr(0, authority)} + "***" + std::string{url.substr(at)};
}

std::string safe_label(std::string_view text) {
  std::string out;
  // printable() leaves a backslash for each byte that is none, so one rule covers both.
  for (const char c : printable(text)) out += c == '/' || c == '\\' ? '_' : c;
  out = cut_label(std::move(out));
  // Names that mean something else inside an epoch's folder.
  if (!capture::is_target_name(out)) out.insert(0, "_");
  return out;
}

Target make_target(std::string_view text, std::string_view name) {
  const UrlPtr url = parse(text);
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    refuse(text, "is not an http URL; name a server's monitoring port");
  return target_of(text, url, name);
}

namespace {

Target client_port(std::string_view text, std::string_view name) {
  const UrlPtr url = parse(text);
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "nats" && scheme != "tls") refuse(text, "is not a nats URL; name a server's client port");
  if (part(url, CURLUPART_PORT).empty()) curl_url_set(url.get(), CURLUPART_PORT, "4222", 0);
  return target_of(text, url, name);
}

}  // namespace

Target make_account(const std::vector<std::string>& urls, std::string_view name) {
  Target out = client_port(urls.front(), name);
  const auto scheme = [](const std::string& url) { return url.substr(0, url.find(':')); };
  for (auto text = urls.begin() + 1; text != urls.end(); ++text) {
    Target other = client_port(*text, name);
    if (scheme(other.url) != scheme(out.url))
      refuse(*text, fmt::format("does not begin like the first one, with {}://", scheme(out.url)));
    if (other.access.user != out.access.user || other.access.password.value != out.access.password.value)
      refuse(*text, "has other credentials than the first one; the servers of an account take the same");
    out.others.push_back(std::move(other.url));
  }
  return out;
}

std::string with_host(const std::string& text, const std::string& host, const std::string& port) {
  const UrlPtr url = parse(text);
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (curl_url_set(url.get(), CURLUPART_HOST, bracketed.c_str(), 0) != CURLUE_OK ||
      (!port.empty() && curl_url_set(url.get(), CURLUPART_PORT, port.c_str(), 0) != CURLUE_OK)) {
    refuse(text, fmt::format("cannot be asked at {}", printable(host)));
  }
  return whole(url);
}

std::string host_of(const std::string& url) { return bare_host(parse(url)); }

std::string port_of(const std::string& url) { return part(parse(url), CURLUPART_PORT, CURLU_DEFAULT_PORT); }

}  // namespace natsrec
