#include "analyzer/report/chronicle.hpp"

#include "analyzer/report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace natsrec {

std::string_view name(Happening::What what) {
  switch (what) {
    case Happening::What::began:
      return "began";
    case Happening::What::ended:
      return "ended";
    case Happening::What::event:
      return "event";
    case Happening::What::gap:
      return "gap";
    case Happening::What::note:
      return "note";
  }
  return "event";
}

std::vector<Happening> chronicle(const Analysis& analysis, const std::vector<Annotation>& annotations) {
  using enum Happening::What;
  std::vector<Happening> out;
  for (const Finding& f : analysis.findings) {
    // The recording's own list of gaps tells them already.
    if (f.kind == Kind::collection_gap && !analysis.recording.gaps.empty()) continue;
    out.push_back({f.began.best(), f.instant() ? event : began, &f, f.began, f.text});
    if (f.ended) {
      out.push_back(
          {f.ended->best(), ended, &f, *f.ended, subject(f) + ": " + std::string(info(f.kind).title)});
    }
  }
  for (const Gap& g : analysis.recording.gaps) {
    out.push_back({g.after,
                   gap,
                   nullptr,
                   {std::nullopt, g.after, g.after, std::nullopt},
                   fmt::format("nothing observed until {} ({}): {}", clock(g.by),
                               format_duration(g.by - g.after), words(g.reason))});
  }
  for (const Annotation& a : annotations) {
    out.push_back({a.time,
                   note,
                   nullptr,
                   {std::nullopt, a.time, a.time, std::nullopt},
                   a.who.empty() ? a.text : a.text + " (" + a.who + ")"});
  }
  const auto rank = [](const Happening& h) { return h.what == ended ? 0 : 1; };
  std::stable_sort(out.begin(), out.end(), [&](const Happening& a, const Happening& b) {
    return a.at != b.at ? a.at < b.at : rank(a) < rank(b);
  });
  return out;
}

}  // namespace natsrec
