#include "schema/printable.hpp"

#include "tests/unit/test.hpp"

using namespace natsrec;
using namespace std::string_view_literals;

TEST_CASE("text of people stays as it is") {
  CHECK(printable("east/a1 ü € 𝄞") == "east/a1 ü € 𝄞");
  CHECK(is_printable("east/a1 ü € 𝄞"));
}

TEST_CASE("control characters are written out") {
  CHECK(printable("a\nb\x1b[31m\x7f\0"sv) == "a\\x0ab\\x1b[31m\\x7f\\x00");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // C1: an escape sequence to some terminals
}

TEST_CASE("bytes that are no UTF-8 are written out") {
  for (const char* text :
       {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    INFO(printable(text));
    CHECK_FALSE(is_printable(text));
    CHECK(printable(text).starts_with("\\x"));
  }
}
