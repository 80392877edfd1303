// What proves a claim, and where to look it up.
#include "analyzer/report/html_parts.hpp"
#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace natsrec {
namespace {

using BodyKey = std::tuple<std::int64_t, std::string, Endpoint>;

BodyKey key_of(const Evidence& e) { return {e.epoch, e.target, e.endpoint}; }

/// Labels of targets are anybody's: all but letters and digits become their code.
std::string body_id(const Evidence& e) {
  std::string target;
  for (const char c : e.target) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    target += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
  }
  return fmt::format("b-{}-{}-{}", e.epoch, target, name(e.endpoint));
}

}  // namespace

Markup exhibit(const Evidence& e, const PageContext& page) {
  Markup out;
  out << "<p>" << bdi(e.server.empty() ? e.target : e.server) << ", epoch " << e.epoch << ", "
      << name(e.endpoint);
  if (!e.pointer.empty()) out << " at <code>" << bdi(e.pointer) << "</code>";
  if (page.options.body) out << ", <a href=\"#" << body_id(e) << "\">whole body</a>";
  out << "</p>";
  const std::string object = page.options.object ? page.options.object(e) : "";
  if (!object.empty())
    out << "<pre class=\"object\" tabindex=\"0\" role=\"group\" aria-label=\"What stands there\"><code>"
        << object << "</code></pre>";
  return out << command(show_command(page.analysis.recording, e));
}

Markup bodies_section(const PageContext& page) {
  Markup out;
  if (!page.options.body) return out;
  std::map<BodyKey, Evidence> bodies;
  for (const Incident& incident : page.analysis.incidents)
    for (const Cause& cause : incident.causes)
      for (const Evidence& e : cause.evidence) bodies.emplace(key_of(e), e);
  for (const Finding& f : page.analysis.findings)
    for (const Evidence& e : f.proof) bodies.emplace(key_of(e), e);
  if (bodies.empty()) return out;
  out << "<section aria-labelledby=\"h-bodies\"><h2 id=\"h-bodies\">Evidence in full</h2>";
  for (const auto& [key, e] : bodies) {
    const std::string body = page.options.body(e);
    out << "<details id=\"" << body_id(e) << "\"><summary>" << bdi(e.server.empty() ? e.target : e.server)
        << ", epoch " << e.epoch << ", " << name(e.endpoint)
        << "</summary><pre tabindex=\"0\" role=\"group\" aria-label=\"The body\"><code>"
        << (body.empty() ? "no body came" : body) << "</code></pre></details>";
  }
  return out << "</section>";
}

}  // namespace natsrec
