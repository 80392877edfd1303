#include "analyzer/report/unicode.hpp"
#include "tests/unit/test.hpp"

using namespace natsrec;

TEST_CASE("plain text stays as it is") { CHECK(plain("east/a1 – ß 🦊") == "east/a1 – ß 🦊"); }

TEST_CASE("terminal escapes become visible") { CHECK(plain("a\x1b[31mb\x07") == "a\\x1b[31mb\\x07"); }

TEST_CASE("C1 controls become visible, a terminal would take them for escapes") {
  CHECK(plain("\xc2\x9b"
              "31m") == "\\x9b31m");
}

TEST_CASE("marks that reorder text become visible") { CHECK(plain("\u202egnp") == "\\u202egnp"); }

TEST_CASE("line breaks and tabs become spaces") { CHECK(plain("a\nb\tc\rd") == "a b c d"); }

TEST_CASE("bytes that are no UTF-8 become replacement characters, one each") {
  CHECK(plain("\xff\xfe") == "\uFFFD\uFFFD");
  CHECK(plain("\xc3") == "\uFFFD");                           // cut off
  CHECK(plain("\xc0\xaf") == "\uFFFD\uFFFD");                 // overlong
  CHECK(plain("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");       // a surrogate
  CHECK(plain("\xf4\x90\x80\x80").substr(0, 3) == "\uFFFD");  // beyond Unicode
}

TEST_CASE("any two bytes make valid text") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = plain(std::string{static_cast<char>(a), static_cast<char>(b)});
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const char32_t c = next_code_point(text, at);
        const bool decoded = c != 0xFFFD || text.substr(from, at - from) == "\uFFFD";
        if (!decoded || is_control(c)) FAIL("bytes " << a << " and " << b);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("combining marks take no column and wide characters two") {
  CHECK(columns("e\u0301") == 1);
  CHECK(columns("日本") == 4);
  CHECK(columns("🦊") == 2);
}

TEST_CASE("shortened text ends in an ellipsis within the width") {
  CHECK(shorten("abcdef", 6) == "abcdef");
  CHECK(shorten("abcdef", 4) == "abc…");
  CHECK(columns(shorten("日本語日本語", 5)) == 5);
}
