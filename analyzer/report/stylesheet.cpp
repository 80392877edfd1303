#include "analyzer/report/html_parts.hpp"

namespace natsrec {

std::string_view stylesheet() {
  static constexpr std::string_view css =
#include "report_css.inc"
      ;
  return css;
}

}  // namespace natsrec
