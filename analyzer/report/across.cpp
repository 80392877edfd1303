#include "analyzer/report/across.hpp"

#include "analyzer/report/lanes.hpp"
#include "analyzer/report/wording.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace natsrec {
namespace {

bool impaired(LaneState state) { return state != LaneState::up && state != LaneState::unknown; }

/// Sums up the spans of a lane in which `counts` holds; adjoining ones are one spell.
template <class Counts>
Fared summed(const Lane& lane, Counts&& counts) {
  Fared out{title(lane), {}, {}, 0, {}};
  Duration spell{};
  for (const LaneSpan& span : lane.spans) {
    if (!counts(span.state)) {
      spell = {};
      continue;
    }
    const Duration length = span.to - span.from;
    if (spell == Duration{}) ++out.spells;
    spell += length;
    out.impaired += length;
    if (span.state == LaneState::down) out.down += length;
    out.longest = std::max(out.longest, spell);
  }
  return out;
}

void worst_first(std::vector<Fared>& list) {
  std::erase_if(list, [](const Fared& each) { return each.spells == 0; });
  std::stable_sort(list.begin(), list.end(), [](const Fared& a, const Fared& b) {
    return std::tie(b.impaired, b.down) < std::tie(a.impaired, a.down);
  });
}

}  // namespace

std::vector<Fared> fared(const Analysis& analysis) {
  std::vector<Fared> out;
  for (const Lane& lane : analysis.lanes) out.push_back(summed(lane, impaired));
  worst_first(out);
  return out;
}

std::vector<Fared> not_ready(const Analysis& analysis) {
  std::vector<Fared> out;
  for (const Lane& lane : analysis.lanes) {
    if (lane.kind == LaneKind::server)
      out.push_back(summed(lane, [](LaneState state) { return state == LaneState::not_ready; }));
  }
  worst_first(out);
  return out;
}

std::vector<Flapped> flapped(const Analysis& analysis) {
  std::map<std::string, Flapped> by_subject;
  for (const Finding& f : analysis.findings) {
    const bool again = f.kind == Kind::route_reconnected || f.kind == Kind::gateway_reconnected;
    const bool flapping = f.kind == Kind::route_flapping || f.kind == Kind::gateway_flapping;
    if (!again && !flapping) continue;
    Flapped& each = by_subject[subject(f)];
    each.subject = subject(f);
    each.times += again ? f.count.value_or(1) : 0;
    each.spans += flapping ? 1 : 0;
    each.last = std::max(each.last.value_or(f.began.best()), f.began.best());
  }
  std::vector<Flapped> out;
  out.reserve(by_subject.size());
  for (auto& [name, each] : by_subject) out.push_back(std::move(each));
  std::stable_sort(out.begin(), out.end(), [](const Flapped& a, const Flapped& b) {
    return std::tie(b.spans, b.times) < std::tie(a.spans, a.times);
  });
  return out;
}

std::vector<const Finding*> of_kinds(const Analysis& analysis, const std::vector<Kind>& kinds) {
  std::vector<const Finding*> out;
  for (const Finding& f : analysis.findings)
    if (std::find(kinds.begin(), kinds.end(), f.kind) != kinds.end()) out.push_back(&f);
  return out;
}

}  // namespace natsrec
