#include "analyzer/detect/certificates.hpp"

#include <algorithm>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto soon = 30 * 24h, very_soon = 7 * 24h;

std::string pointer_of(const Certificate& certificate) {
  return (certificate.listener.empty() ? "" : "/" + certificate.listener) + "/tls_cert_not_after";
}

}  // namespace

void report_certificates(const Scene& scene, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    const auto* varz = scene.views[ref].varz;
    if (!varz || varz->body->certificates.empty()) continue;
    const auto& certificates = varz->body->certificates;
    const auto first =
        std::min_element(certificates.begin(), certificates.end(),
                         [](const auto& a, const auto& b) { return a.not_after < b.not_after; });
    const auto left = first->not_after - varz->body->now;
    const auto subject = Subject::server_of(Kind::certificate_expiring, ref);
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
