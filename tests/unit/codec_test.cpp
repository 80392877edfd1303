#include "schema/codec.hpp"

#include "tests/unit/test.hpp"

using namespace natsrec;

TEST_CASE("bodies come back byte for byte") {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  for (const std::string& body : {std::string{}, std::string{"{}"}, every_byte, std::string(1 << 20, 'x')}) {
    CHECK((codec::decode(codec::encode(body)) == body));
  }
}

TEST_CASE("a damaged blob gives no body, whichever byte is damaged") {
  const std::string blob = codec::encode(R"({"server_id":"NAAA","now":"2026-11-21T05:24:15Z"})");
  for (std::size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    INFO(i);
    CHECK_FALSE(codec::decode(damaged));
  }
}

TEST_CASE("a cut or lengthened blob gives no body") {
  const std::string blob = codec::encode("some body");
  for (std::size_t i = 0; i < blob.size(); ++i) CHECK_FALSE(codec::decode(blob.substr(0, i)));
  CHECK_FALSE(codec::decode(blob + '\0'));
  CHECK_FALSE(codec::decode(blob + blob));
}

TEST_CASE("a blob that claims an absurd size is not believed") {
  // Magic, single segment with 8 bytes of content size, 1 TiB; an empty raw last block.
  const std::string bomb{"\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00", 16};
  CHECK_FALSE(codec::decode(bomb));
}
