#include "analyzer/report/legend.hpp"

#include "analyzer/report/lanes.hpp"
#include "analyzer/report/track.hpp"

#include <array>

namespace natsrec {
namespace {

constexpr std::array states{LaneState::up,        LaneState::degraded, LaneState::one_sided,
                            LaneState::not_ready, LaneState::down,     LaneState::unknown};

}  // namespace

Markup legend() {
  Markup out;
  out << "<ul class=\"legend\" aria-label=\"Legend\">";
  for (const LaneState state : states) {
    out << "<li><svg class=\"sample\" aria-hidden=\"true\">" << bar(0, 100, state, "") << "</svg>"
        << spoken(state) << "</li>";
  }
  return out
         << "<li><svg class=\"sample\" aria-hidden=\"true\"><rect class=\"gap\" width=\"100%\" "
            "height=\"22\"/></svg>"
            "gap: not observed</li>"
            "<li><svg class=\"sample\" aria-hidden=\"true\"><rect class=\"doubt\" y=\"1\" width=\"100%\" "
            "height=\"20\"/></svg>began or ended somewhere here</li>"
            "<li><svg class=\"sample mark-sample\" aria-hidden=\"true\"><g class=\"mark info\"><path "
            "d=\"M-5 0h10l-5 8z\"/><path class=\"stem\" d=\"M0 0v22\"/></g></svg>restart</li>"
            "<li><svg class=\"sample mark-sample\" aria-hidden=\"true\"><g class=\"mark info\"><circle "
            "cy=\"4\" "
            "r=\"4\"/><path class=\"stem\" d=\"M0 0v22\"/></g></svg>reconnect</li>"
            "<li><svg class=\"sample mark-sample\" aria-hidden=\"true\"><g class=\"mark info\"><path "
            "d=\"M0 0l4.500 4.500-4.500 4.500-4.500-4.500z\"/><path class=\"stem\" d=\"M0 0v22\"/></g></svg>"
            "other event</li></ul>";
}

Markup topology_legend() {
  Markup out;
  out << "<ul class=\"legend\" aria-label=\"Legend of the picture\">";
  for (const LaneState state : states) {
    out << "<li><svg class=\"sample\" viewBox=\"-15 -11 30 22\" aria-hidden=\"true\">";
    if (state == LaneState::one_sided) {
      out << "<path class=\"link t-one_sided\" d=\"M-15 0L0 0L15 0\"/>";
    } else {
      out << "<use class=\"node t-" << name(state) << "\" href=\"#n-" << name(state) << "\"/>";
    }
    out << "</svg>" << spoken(state) << "</li>";
  }
  return out << "<li><svg class=\"sample\" viewBox=\"-15 -11 30 22\" aria-hidden=\"true\"><path class=\"link "
                "t-up\""
                " d=\"M-15 0L0 0L15 0\"/></svg>route</li>"
                "<li><svg class=\"sample\" viewBox=\"-15 -11 30 22\" aria-hidden=\"true\"><path class=\"link "
                "gateway t-up\""
                " d=\"M-15 0L0 0L15 0\"/></svg>gateway, to a cluster</li>"
                "<li><svg class=\"sample\" viewBox=\"-15 -11 30 22\" aria-hidden=\"true\"><path class=\"link "
                "t-down\""
                " d=\"M-15 0L0 0L15 0\"/></svg>lost</li>"
                "<li><svg class=\"sample\" viewBox=\"-15 -11 30 22\" aria-hidden=\"true\"><path class=\"part "
                "part-0\""
                " d=\"M-6 0L6 0Z\"/></svg>a group cut off from the others</li></ul>";
}

}  // namespace natsrec
