#include "analyzer/detect/certificates.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto soon = 30 * 24h, very_soon = 7 * 24h;

std::string pointer_of(const Certificate& certificate) {
  return (certificate.listener.empty() ? "" : "/" + certificate.listener) + "/tls_cert_not_after";
}

/// Whether a server of this version tells when its certificates end: 2.11.12, 2.12.4, and all from 2.13 on.
bool tells_certificates(const std::string& version) {
  std::istringstream text(version);
  int major = 0, minor = 0, patch = 0;
  char dot{};
  text >> major >> dot >> minor >> dot >> patch;
  const std::tuple told(major, minor, patch);
  return told >= std::tuple(2, minor == 11 ? 11 : 12, minor == 11 ? 12 : 4);
}

}  // namespace

void report_certificates(const Scene& scene, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    const auto* varz = scene.views[ref].varz;
    if (!varz) continue;
    const auto subject = Subject::server_of(Kind::certificate_expiring, ref);
    const auto& certificates = varz->body->certificates;
    if (certificates.empty()) {  // no listener has TLS any more, unless it is of a version that does not tell
      if (tells_certificates(varz->body->version)) ledger.clears(subject, varz->seen);
      continue;
    }
    const auto first =
        std::min_element(certificates.begin(), certificates.end(),
                         [](const auto& a, const auto& b) { return a.not_after < b.not_after; });
    const auto left = first->not_after - varz->body->now;
    if (left > soon) {
      ledger.clears(subject, varz->seen);
      continue;
    }
    const bool fresh = ledger.open(subject) == nullptr;
    auto& finding = ledger.holds(subject, varz->seen).finding;
    finding.severity = std::max(finding.severity, left <= very_soon ? Severity::critical : Severity::warning);
    finding.details["listener"] = first->listener.empty() ? "client" : first->listener;
    finding.details["not_after"] = format_time(first->not_after);
    finding.details["expired"] = left <= 0s;
    if (fresh) finding.proof.push_back(evidence(varz->seen, scene.fleet[ref], pointer_of(*first)));
  }
}

}  // namespace natsrec
