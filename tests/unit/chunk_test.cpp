#include "schema/chunk.hpp"

#include "schema/checksum.hpp"
#include "schema/codec.hpp"
#include "schema/columns.hpp"
#include "schema/file_bytes.hpp"
#include "schema/run.hpp"
#include "tests/unit/test.hpp"

#include <fmt/format.h>

#include <functional>
#include <random>

using namespace natsrec;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

std::vector<StoredSnapshot> series_of(const std::vector<std::optional<std::string>>& bodies) {
  std::vector<StoredSnapshot> out;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const Time asked = start + static_cast<int>(i) * 15s;
    StoredSnapshot stored{64 + static_cast<std::int64_t>(i),
                          {"a1", Endpoint::routez, asked, asked + 3ms, 200, std::nullopt, bodies[i]},
                          i * 77};
    out.push_back(std::move(stored));
  }
  return out;
}

void check_same(const std::vector<StoredSnapshot>& a, const std::vector<StoredSnapshot>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO(i);
    CHECK(a[i].epoch == b[i].epoch);
    CHECK(a[i].checksum == b[i].checksum);
    CHECK(a[i].snapshot.asked == b[i].snapshot.asked);
    CHECK(a[i].snapshot.answered == b[i].snapshot.answered);
    CHECK(a[i].snapshot.status == b[i].snapshot.status);
    CHECK(a[i].snapshot.failure == b[i].snapshot.failure);
    CHECK((a[i].snapshot.body == b[i].snapshot.body));
  }
}

void check_round_trip(const std::vector<StoredSnapshot>& series) {
  const auto blob = chunk::seal(series);
  REQUIRE(blob);
  CHECK(chunk::gives_back(*blob, series));
  const auto opened = chunk::open(*blob, "a1", Endpoint::routez, 64, 127);
  REQUIRE(opened);
  check_same(*opened, series);
}

std::string element(int i) {
  return "{\n  \"name\": \"a1\",\n  \"in_msgs\": " + std::to_string(i * 1013) + ",\n  \"idle\": \"" +
         std::to_string(i % 60) + "s\"\n}";
}

}  // namespace

TEST_CASE("a chunk gives its snapshots back byte for byte") {
  std::vector<std::optional<std::string>> bodies;
  for (int i = 0; i < 64; ++i) bodies.emplace_back(element(i));
  check_round_trip(series_of(bodies));
}

TEST_CASE("a chunk keeps what is absent apart from what is empty or zero") {
  auto series = series_of({"", std::nullopt, "x", std::nullopt, "\n", "\n\n", "\"a\": ", "\"a\": \n"});
  series[1].snapshot.failure = FetchFailure{FailureClass::timeout, ""};
  series[1].snapshot.status.reset();
  series[1].snapshot.asked.reset();
  series[2].snapshot.answered.reset();
  series[3].snapshot.asked.reset();
  series[3].snapshot.answered.reset();
  series[3].snapshot.failure = FetchFailure{FailureClass::other, "line\nline"};
  series[4].snapshot.status = 0;
  series[5].snapshot.asked = Time{Duration{-5}};
  series[6].snapshot.status = 503;
  check_round_trip(series);
}

TEST_CASE("any bytes that look like keys and values come back") {
  std::mt19937 random{7};
  const std::vector<std::string> pieces{"\"a\": ",
                                        "\"b\": ",
                                        "  \"a\": ",
                                        "1",
                                        "2",
                                        "\n",
                                        "\n",
                                        " ",
                                        "\"",
                                        ": ",
                                        "\"a\": \n",
                                        "longer than a vector",
                                        std::string(1, '\0')};
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::optional<std::string>> bodies;
    for (int i = 0; i < 6; ++i) {
      std::string body;
      for (auto left = random() % 16; left > 0; --left) body += pieces[random() % pieces.size()];
      bodies.emplace_back(body);
    }
    INFO(round);
    check_round_trip(series_of(bodies));
  }
}

TEST_CASE("a chunk gives back what went into it, and nothing that differs anywhere") {
  std::vector<std::optional<std::string>> bodies;
  for (int i = 0; i < 64; ++i) bodies.emplace_back(element(i));
  bodies[9].reset();
  const auto series = series_of(bodies);
  const auto blob = *chunk::seal(series);
  CHECK(chunk::gives_back(blob, series));
  const auto after = [&](const std::function<void(std::vector<StoredSnapshot>&)>& change) {
    auto other = series;
    change(other);
    return chunk::gives_back(blob, other);
  };
  CHECK_FALSE(after([](auto& other) { other.pop_back(); }));
  CHECK_FALSE(after([](auto& other) { other[5].epoch += 1; }));
  CHECK_FALSE(after([](auto& other) { other[5].checksum += 1; }));
  CHECK_FALSE(after([](auto& other) { *other[5].snapshot.asked += 1us; }));
  CHECK_FALSE(after([](auto& other) { other[5].snapshot.status = 201; }));
  CHECK_FALSE(after([](auto& other) { other[5].snapshot.failure = FetchFailure{}; }));
  CHECK_FALSE(after([](auto& other) { other[5].snapshot.body.reset(); }));
  CHECK_FALSE(after([](auto& other) { other[5].snapshot.body->pop_back(); }));
  CHECK_FALSE(after([](auto& other) { *other[5].snapshot.body += ' '; }));
  CHECK_FALSE(after([](auto& other) { other[5].snapshot.body->at(40) = '#'; }));
  CHECK_FALSE(after([](auto& other) { other[9].snapshot.body = ""; }));
  CHECK_FALSE(chunk::gives_back(blob.substr(1), series));
}

TEST_CASE("a key whose values move becomes a column, one whose values stay does not") {
  const std::string first = element(1), last = element(2);
  const auto split = columns::split({first, last});
  REQUIRE(split.columns.size() == 2);
  CHECK(split.columns[0].key == "  \"idle\": ");
  CHECK(split.columns[1].key == "  \"in_msgs\": ");
  CHECK(split.columns[1].values == "1013,\n2026,\n");
  CHECK(split.texts[0] == split.texts[1]);
}

TEST_CASE("only the epochs that are asked for come out of a chunk") {
  std::vector<std::optional<std::string>> bodies;
  for (int i = 0; i < 64; ++i) bodies.emplace_back(element(i));
  const auto blob = chunk::seal(series_of(bodies));
  const auto opened = chunk::open(*blob, "a1", Endpoint::routez, 70, 71);
  REQUIRE(opened);
  REQUIRE(opened->size() == 2);
  CHECK((*opened)[0].epoch == 70);
  CHECK((*opened)[1].snapshot.body == element(7));
}

TEST_CASE("a damaged chunk is not opened, whichever byte is damaged, nor wherever it is cut") {
  const auto blob = chunk::seal(series_of({element(1), element(2), std::nullopt}));
  for (std::size_t i = 0; i < blob->size(); ++i) {
    INFO(i);
    std::string damaged = *blob;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    CHECK_FALSE(chunk::open(damaged, "a1", Endpoint::routez, 64, 127));
    CHECK_FALSE(chunk::open(blob->substr(0, i), "a1", Endpoint::routez, 64, 127));
  }
}

TEST_CASE("what is in a chunk's frame but wrong is refused, wherever it ends") {
  const auto bytes = codec::decode(*chunk::seal(series_of({element(1), element(2)})));
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    INFO(i);
    CHECK_FALSE(chunk::open(codec::encode(bytes->substr(0, i)), "a1", Endpoint::routez, 64, 127));
  }
  CHECK_FALSE(chunk::open(codec::encode(*bytes + "x"), "a1", Endpoint::routez, 64, 127));
}

TEST_CASE("a body is smaller against a similar one, and needs it to be read") {
  const std::string base = element(1) + element(2) + element(3);
  const std::string body = element(2) + element(3) + element(4);
  const std::string blob = codec::encode(body, base);
  CHECK(blob.size() < codec::encode(body).size());
  CHECK(codec::decode(blob, base) == body);
  CHECK_FALSE(codec::decode(blob));
  CHECK_FALSE(codec::decode(blob, std::string(base.size(), 'x')));
}

TEST_CASE("the checksum of a snapshot covers each of its parts") {
  const Snapshot whole = series_of({"body"})[0].snapshot;
  const auto of = [](const Snapshot& s) { return checksum::of_snapshot(7, s); };
  CHECK(of(whole) == checksum::of_snapshot(7, whole));
  CHECK(of(whole) != checksum::of_snapshot(8, whole));
  const auto differs = [&](auto change) {
    Snapshot other = whole;
    change(other);
    CHECK(of(other) != of(whole));
  };
  differs([](Snapshot& s) { s.target = "a2"; });
  differs([](Snapshot& s) { s.endpoint = Endpoint::varz; });
  differs([](Snapshot& s) { s.asked.reset(); });
  differs([](Snapshot& s) { *s.answered += 1us; });
  differs([](Snapshot& s) { s.status.reset(); });
  differs([](Snapshot& s) { s.failure = FetchFailure{FailureClass::other, ""}; });
  differs([](Snapshot& s) { s.body = "bodY"; });
  differs([](Snapshot& s) { s.body.reset(); });
  differs([](Snapshot& s) {
    s.target = "a";
    s.body = "1body";
  });
}

TEST_CASE("the worked example of FORMAT.md is what is written") {
  std::vector<StoredSnapshot> series;
  for (std::int64_t i = 1; i <= 2; ++i) {
    const Time asked{Duration{i * 1'000'000}};
    series.push_back({63 + i,
                      {"a1", Endpoint::varz, asked, asked + 3us, 200, std::nullopt,
                       i == 1 ? "{\n  \"name\": \"a1\",\n  \"in_msgs\": 7\n}"
                              : "{\n  \"name\": \"a1\",\n  \"in_msgs\": 12\n}"},
                      0x0102030405060708u});
  }
  const auto bytes = codec::decode(*chunk::seal(series));
  std::string hex;
  for (const char c : *bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  const std::string document = read_bytes(SOURCE_DIR "/schema/FORMAT.md", 1 << 20);
  // The blocks of hexadecimal in the example, without what is said about them.
  std::string told;
  for (auto at = document.find("\n~ "); at != std::string::npos; at = document.find("\n~ ", at + 1))
    for (const char c : document.substr(at + 3, document.find('|', at) - at - 3))
      if (c != ' ' && c != '\n') told += c;
  CHECK(hex == told);
}
