#pragma once
#include "analyzer/detect/ledger.hpp"
#include "analyzer/state/scene.hpp"

namespace natsrec {

/// certificate_expiring: the certificate of one of a server's listeners runs out within 30 days, or did
/// already. Told by servers since 2.11.12, 2.12.4 and 2.14 (tls_cert_not_after); of others nothing is known.
void report_certificates(const Scene& scene, Ledger& ledger);

}  // namespace natsrec
