#include "analyzer/detect/skew.hpp"

#include <cmath>

namespace natsrec {
namespace {

using namespace std::chrono_literals;
constexpr auto too_much = 5s;

/// The server wrote `now` at some moment between asking and answering: its skew lies between these.
struct Skew {
  Duration least, most;
  Duration middle() const { return least + (most - least) / 2; }
  Duration error() const { return (most - least) / 2; }
  bool surely_off() const { return least > too_much || most < -Duration(too_much); }
  bool surely_right() const { return least >= -Duration(too_much) && most <= too_much; }
};

}  // namespace

void report_clock_skew(const Scene& scene, Ledger& ledger) {
  for (ServerRef ref = 0; ref < scene.views.size(); ++ref) {
    const auto* varz = scene.views[ref].varz;
    if (!varz || !varz->timed) continue;
    const Skew skew{varz->body->now - varz->seen.answered, varz->body->now - varz->seen.asked};
    const auto subject = Subject::server_of(Kind::clock_skew, ref);
    if (skew.surely_right()) ledger.clears(subject, varz->seen);
    if (!skew.surely_off()) continue;
    const bool fresh = ledger.open(subject) == nullptr;
    auto& finding = ledger.holds(subject, varz->seen).finding;
    if (!fresh) continue;
    const auto rounded = [](Duration duration) { return std::round(seconds(duration) * 1000) / 1000; };
    finding.details["skew_s"] = rounded(skew.middle());
    finding.details["skew_error_s"] = rounded(skew.error());
    finding.proof.push_back(evidence(varz->seen, scene.fleet[ref], "/now"));
  }
}

}  // namespace natsrec
