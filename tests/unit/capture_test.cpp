#include "schema/capture.hpp"

#include "schema/capture_files.hpp"
#include "schema/failure.hpp"
#include "schema/label.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/test.hpp"

#include <filesystem>
#include <random>

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Workshop {
  fs::path path(const std::string& name) const { return folder.path() / name; }
  Transfer import(const std::vector<fs::path>& captures) const {
    Recorder recorder = Recorder::open(path("history.db"));
    return import_captures(recorder, captures);
  }
  Transfer import_tree(const Tree& tree) const {
    make_tree(path("in"), tree);
    return import({path("in")});
  }
  Recording recording() const { return Recording::open(path("history.db")); }
  Tree exported() const {
    export_capture(recording(), path("out"));
    return tree_of(path("out"));
  }
  store::TemporaryFolder folder;
};

/// Only what the round trip is about; expanding whole trees in a failed test helps nobody.
void check_round_trip(const Workshop& workshop, const fs::path& capture) {
  const Transfer transfer = workshop.import({capture});
  CHECK(transfer.refused == std::vector<std::string>{});
  const Tree before = tree_of(capture);
  const Tree after = workshop.exported();
  for (const auto& [path, bytes] : before) {
    INFO(path);
    const auto found = after.find(path);
    REQUIRE(found != after.end());
    CHECK((found->second == bytes));
  }
  CHECK(before.size() == after.size());
}

void check_round_trip(const Tree& tree) {
  const Workshop workshop;
  make_tree(workshop.path("in"), tree);
  check_round_trip(workshop, workshop.path("in"));
}

std::string refusal(const Tree& tree) {
  const Workshop workshop;
  const Transfer transfer = workshop.import_tree(tree);
  if (transfer.refused.size() != 1) return std::to_string(transfer.refused.size()) + " refusals";
  return transfer.refused[0].substr(workshop.path("in").string().size() + 1);
}

std::string no_capture(const fs::path& path) {
  const Workshop workshop;
  try {
    workshop.import({path});
  } catch (const Failure& failure) {
    CHECK(failure.code() == Exit::usage);
    return failure.what();
  }
  return "not refused";
}

const std::string t1 = "20261121T052415.689481Z";
const std::string t2 = "2026-11-21T05:25:00Z";

}  // namespace

TEST_CASE("the capture of a real supercluster comes back byte for byte") {
  check_round_trip(Workshop{}, fs::path{SOURCE_DIR} / "samples/captures/supercluster-2.9.10");
}

TEST_CASE("the capture of a real supercluster is understood") {
  const Workshop workshop;
  const Transfer transfer = workshop.import({fs::path{SOURCE_DIR} / "samples/captures/supercluster-2.9.10"});
  CHECK(transfer.epochs == 11);
  CHECK(transfer.snapshots == 11 * 6 * 6);
  const Recording recording = workshop.recording();
  const auto down = recording.snapshot(2, "east2", Endpoint::varz);
  REQUIRE(down);
  CHECK(down->failure == FetchFailure{FailureClass::refused, "connection refused"});
  CHECK_FALSE(down->body);
  CHECK_FALSE(down->asked);
  CHECK(recording.epochs()[0].started == parse_time(t1));
}

TEST_CASE("an epoch keeps the name of its folder, whichever form of time it is") {
  check_round_trip(
      {{t1 + "/a1/varz.json", "{}"}, {t2 + "/a1/varz.json", "{}"}, {"20261121T072600+0200/a/jsz.json", ""}});
}

TEST_CASE("bodies come back whatever they are") {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  check_round_trip({{t1 + "/a1/varz.json", every_byte},
                    {t1 + "/a1/routez.json", ""},
                    {t1 + "/a1/gatewayz.json", "<html>\xff\xfe"},
                    {t1 + "/a1/leafz.json", "{\r\n"},
                    {t1 + "/a1/healthz.json", std::string(200'000, '[')}});
}

TEST_CASE("a body of 100 MB comes back") {
  std::string body(100u << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 4099) body[i] = static_cast<char>(i);
  check_round_trip({{t1 + "/a1/varz.json", body}});
}

TEST_CASE("the status of a body is in its name") {
  check_round_trip(
      {{t1 + "/a1/healthz.503.json", "{}"}, {t1 + "/a2/healthz.200.json", "{}"}, {t1 + "/a3/varz.json", ""}});
  const Workshop workshop;
  workshop.import_tree({{t1 + "/a1/healthz.503.json", "{}"}, {t1 + "/a2/healthz.200.json", "{}"}});
  CHECK(workshop.recording().snapshot(1, "a1", Endpoint::healthz)->status == 503);
  CHECK(workshop.recording().snapshot(1, "a2", Endpoint::healthz)->status == 200);
}

TEST_CASE("a body and a failure may both be there") {
  check_round_trip(
      {{t1 + "/a1/varz.503.json", "{\"serv"}, {t1 + "/a1/varz.error", "truncated\nclosed early\n"}});
}

TEST_CASE("what could not be recorded before an epoch comes back, and nothing else under its name") {
  const std::string loss = R"({"epochs":2,"first":"2026-11-21T05:00:00Z","last":"2026-11-21T05:01:00Z",)"
                           R"("cause":"disk_full","text":"the disk is full"})";
  check_round_trip({{t1 + "/a1/varz.json", "{}"}, {t1 + "/lost.json", loss}});
  CHECK_THAT(refusal({{t1 + "/a1/varz.json", "{}"}, {t1 + "/lost.json", "{}"}}),
             Catch::Contains("does not tell of epochs that were lost"));
}

TEST_CASE("failures come back however they were written") {
  Tree tree;
  for (const char* text : {"timeout", "timeout\n", "timeout\ntimed out", "timeout\ntimed out\n",
                           "timeout\r\ntimed out\r\n", "", "\n", "something else", "other\ntimeout\n",
                           "refused\n\n", "dns\nno\nsuch\nhost\n\n", " timeout\n", "\xff\x01 refused"}) {
    tree[t1 + "/target " + std::to_string(tree.size()) + "/varz.error"] = text;
  }
  check_round_trip(tree);
}

TEST_CASE("a failure's class is its first line if it is one of ours") {
  CHECK(capture::parse_error("timeout\ntimed out\n") == FetchFailure{FailureClass::timeout, "timed out"});
  CHECK(capture::parse_error("timeout\r\ntimed out") == FetchFailure{FailureClass::timeout, "timed out"});
  CHECK(capture::parse_error("refused") == FetchFailure{FailureClass::refused, ""});
  CHECK(capture::parse_error("no route\nto host\n") ==
        FetchFailure{FailureClass::other, "no route\nto host"});
  CHECK(capture::parse_error("other\ntimeout\n") == FetchFailure{FailureClass::other, "timeout"});
  CHECK(capture::parse_error("") == FetchFailure{FailureClass::other, ""});
}

TEST_CASE("targets come back whatever they are called") {
  check_round_trip({{t1 + "/-rf *; $(x)/varz.json", "{}"},
                    {t1 + "/Zürich 1/varz.json", "{}"},
                    {t1 + "/varz.json/varz.json", "{}"},
                    {t1 + "/.hidden/varz.json", "{}"},
                    {t1 + "/10.0.0.1_8222/varz.json", "{}"}});
}

TEST_CASE("epoch.json comes back however it was written") {
  const std::string ours =
      "{\n  \"started\": \"2026-11-21T05:24:15.689481Z\",\n  \"ended\": \"2026-11-21T05:24:16.000000Z\",\n"
      "  \"snapshots\": {}\n}\n";
  for (const std::string& json :
       {ours, std::string{"{}"}, std::string{" {\"started\":\"2026-11-21T06:24:15.689481999+01:00\"} "},
        std::string{"{\"snapshots\":{\"a1/varz\":{\"asked\":\"2026-11-21T05:24:15.7Z\"}}}"},
        std::string{
            "{\"started\":\"2026-11-21T05:24:15.689481Z\",\"ended\":\"2026-11-21T05:24:15.689481Z\"}"}}) {
    check_round_trip({{t1 + "/a1/varz.json", "{}"}, {t1 + "/epoch.json", json}});
  }
}

TEST_CASE("epoch.json tells when snapshots were asked and answered") {
  const Workshop workshop;
  workshop.import_tree(
      {{t1 + "/a1/varz.json", "{}"},
       {t1 + "/a1/routez.json", "{}"},
       {t1 + "/epoch.json", R"({"started":"2026-11-21T05:24:15Z","ended":"2026-11-21T05:24:17Z",
                         "snapshots":{"a1/varz":{"asked":"2026-11-21T05:24:15.5Z","answered":"2026-11-21T05:24:15.7Z"}}})"}});
  const Epoch epoch = workshop.recording().epoch(1);
  CHECK(epoch.started == parse_time("2026-11-21T05:24:15Z"));
  CHECK(epoch.ended == parse_time("2026-11-21T05:24:17Z"));
  CHECK(epoch.snapshots[0].asked == parse_time("2026-11-21T05:24:15.5Z"));
  CHECK(epoch.snapshots[0].answered == parse_time("2026-11-21T05:24:15.7Z"));
  CHECK_FALSE(epoch.snapshots[1].asked);
}

TEST_CASE("deployment.json comes back however it was written and declares the interval") {
  check_round_trip({{t1 + "/a1/varz.json", "{}"}, {"deployment.json", " {\"interval_s\" : 15 }\r\n"}});
  const Workshop workshop;
  workshop.import_tree({{t1 + "/a1/varz.json", "{}"}, {"deployment.json", "{\"interval_s\":15}"}});
  CHECK(workshop.recording().epochs()[0].interval == 15s);
}

TEST_CASE("an epoch without targets comes back") {
  check_round_trip({{t1 + "/", ""}, {t2 + "/epoch.json", "{}"}});
}

TEST_CASE("any tree that is a capture comes back") {
  std::mt19937 random{20261121};
  const auto one_of = [&](const auto& choices) { return choices[random() % choices.size()]; };
  const std::vector<std::string> contents{
      "{}", "", "timeout\nx\n", "refused", std::string("\0\xff\n", 3), "{\"a\":1}\n"};
  const std::vector<std::string> bodies{".json", ".200.json", ".503.json", ".404.json"};
  const std::vector<std::string> labels{"a1", "a2", "b 1", "ü"};
  for (int round = 0; round < 20; ++round) {
    Tree tree;
    for (unsigned e = 0; e < 1 + random() % 3; ++e) {
      const Time time = *parse_time(t1) + std::chrono::seconds{e * 15};
      const std::string folder = random() % 2 ? format_time(time) : format_time_basic(time);
      std::string times;
      for (const auto& label : labels) {
        for (const Endpoint endpoint : all_endpoints) {
          const std::string stem = label + "/" + std::string{name(endpoint)};
          const auto which = random() % 4;
          if (which & 1) tree[folder + "/" + stem + one_of(bodies)] = one_of(contents);
          if (which & 2) tree[folder + "/" + stem + ".error"] = one_of(contents);
          if (which && random() % 2) {
            times += (times.empty() ? "" : ",") +
                     ("\"" + stem + "\":{\"asked\":\"" + format_time(time + 1ms) + "\"}");
          }
        }
      }
      tree[folder + "/"];
      if (random() % 2) tree[folder + "/epoch.json"] = "{\"snapshots\":{" + times + "}}";
    }
    if (random() % 2) tree["deployment.json"] = "{}";
    check_round_trip(tree);
  }
}

TEST_CASE("our own recording survives export and import") {
  const Workshop ours;
  {
    Epoch epoch;
    epoch.started = *parse_time(t1);
    epoch.ended = epoch.started + 1234567us;
    epoch.interval = 15s;
    epoch.snapshots = {{"a1", Endpoint::varz, epoch.started, epoch.started + 3ms, 200, std::nullopt, "{}"},
                       {"a1", Endpoint::routez, epoch.started + 3ms, epoch.started + 5s, std::nullopt,
                        FetchFailure{FailureClass::timeout, "nothing after 5 s"}, std::nullopt},
                       {"a2", Endpoint::healthz, epoch.started, epoch.started + 4ms, 503,
                        FetchFailure{FailureClass::truncated, ""}, "{\"st"}};
    Recorder recorder = Recorder::open(ours.path("history.db"));
    recorder.record(epoch, Deployment{15s, {{"a1", "http://a1:8222", ""}}, {{"east", {"a1"}, {}}}});
    epoch.started += 15s;
    epoch.ended = epoch.started;
    epoch.snapshots.clear();
    recorder.record(epoch, Deployment{15s, {{"a1", "http://a1:8222", ""}}, {{"east", {"a1"}, {}}}});
  }
  ours.exported();
  const Workshop theirs;
  check_round_trip(theirs, ours.path("out"));
  const Recording original = ours.recording();
  const Recording copy = theirs.recording();
  for (const std::int64_t number : {1, 2}) {
    const Epoch a = original.epoch(number);
    const Epoch b = copy.epoch(number);
    CHECK(a.started == b.started);
    CHECK(a.ended == b.ended);
    CHECK(a.interval == b.interval);
    REQUIRE(a.snapshots.size() == b.snapshots.size());
    for (std::size_t i = 0; i < a.snapshots.size(); ++i) {
      CHECK(a.snapshots[i].target == b.snapshots[i].target);
      CHECK(a.snapshots[i].endpoint == b.snapshots[i].endpoint);
      CHECK(a.snapshots[i].asked == b.snapshots[i].asked);
      CHECK(a.snapshots[i].answered == b.snapshots[i].answered);
      CHECK(a.snapshots[i].status == b.snapshots[i].status);
      CHECK(a.snapshots[i].failure == b.snapshots[i].failure);
      CHECK(a.snapshots[i].body == b.snapshots[i].body);
    }
    CHECK(original.deployment(*a.deployment) == copy.deployment(*b.deployment));
  }
}

TEST_CASE("several captures are imported in order of time") {
  const Workshop workshop;
  make_tree(workshop.path("late"),
            {{"20261121T000002Z/a/varz.json", "2"}, {"20261121T000000Z/a/varz.json", "0"}});
  make_tree(workshop.path("early"), {{"20261121T000001Z/a/varz.json", "1"}});
  CHECK(workshop.import({workshop.path("late"), workshop.path("early")}).refused.empty());
  for (const int i : {0, 1, 2}) {
    CHECK(workshop.recording().snapshot(i + 1, "a", Endpoint::varz)->body == std::to_string(i));
  }
}

TEST_CASE("epochs that are not later than the newest are refused in one sentence") {
  const Workshop workshop;
  workshop.import_tree({{t1 + "/a/varz.json", "{}"}, {t2 + "/a/varz.json", "{}"}});
  const Transfer again = workshop.import({workshop.path("in")});
  CHECK(again.epochs == 0);
  REQUIRE(again.refused.size() == 1);
  CHECK_THAT(again.refused[0], Catch::StartsWith("2 epochs, ") &&
                                   Catch::Contains("newest epoch (2026-11-21T05:25:00.000000Z)"));
  CHECK(workshop.recording().epochs().size() == 2);
}

TEST_CASE("what is no part of a capture is refused by name and the rest imported") {
  Tree tree{{t1 + "/a1/varz.json", ""},    {"README.md", ""},          {"yesterday/a1/varz.json", ""},
            {t1 + "/notes.txt", ""},       {t2 + "/epoch.json/x", ""}, {t1 + "/a\x1b[2J/varz.json", ""},
            {t1 + "/a1/routez/x.json", ""}};
  for (const char* file : {"connz.json", "varz", "varz.txt", "varz.99.json", "varz.0200.json", "varz.json.gz",
                           "varz.-20.json", "VARZ.json", "varz.503.error"}) {
    tree[t1 + "/a1/" + file] = "";
  }
  const Workshop workshop;
  const Transfer transfer = workshop.import_tree(tree);
  CHECK(transfer.refused.size() == tree.size() - 1);
  for (const auto& sentence : transfer.refused)
    CHECK_THAT(sentence, Catch::EndsWith(": no part of a capture"));
  CHECK_THAT(transfer.refused,
             Catch::VectorContains(workshop.path("in/README.md").string() + ": no part of a capture"));
  CHECK_THAT(transfer.refused, Catch::VectorContains(workshop.path("in").string() + "/" + t1 +
                                                     "/a\\x1b[2J: no part of a capture"));
  CHECK(transfer.snapshots == 1);
}

TEST_CASE("an empty target folder is refused") {
  CHECK(refusal({{t1 + "/a1/varz.json", ""}, {t1 + "/a2/", ""}}) == t1 + "/a2: an empty target folder");
}

TEST_CASE("several bodies for one endpoint are all refused, as nobody knows which is right") {
  const Workshop workshop;
  const Transfer transfer = workshop.import_tree(
      {{t1 + "/a/varz.json", "{}"}, {t1 + "/a/varz.503.json", "{}"}, {t1 + "/a/routez.json", "{}"}});
  CHECK(transfer.refused.size() == 2);
  CHECK(transfer.snapshots == 1);
}

TEST_CASE("a link is refused, not followed") {
  const Workshop workshop;
  make_tree(workshop.path("in"), {{t1 + "/a/varz.json", "{}"}});
  fs::create_symlink("varz.json", workshop.path("in/" + t1 + "/a/routez.json"));
  fs::create_directory_symlink("a", workshop.path("in/" + t1 + "/b"));
  const Transfer transfer = workshop.import({workshop.path("in")});
  CHECK(transfer.refused.size() == 2);
  CHECK(transfer.snapshots == 1);
}

TEST_CASE("a bad epoch.json is refused with what is wrong") {
  const auto wrong = [](const std::string& json) -> std::string {
    try {
      capture::parse_epoch_json(json);
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "nothing";
  };
  CHECK_THAT(wrong("{"), Catch::StartsWith("not valid JSON"));
  CHECK(wrong("[]") == "the document should be an object");
  CHECK(wrong("{\"started\":5}") == "\"started\" is no RFC 3339 time");
  CHECK(wrong("{\"begun\":5}") == "the document has an unknown key \"begun\"");
  CHECK(wrong("{\"snapshots\":[]}") == "snapshots should be an object");
  CHECK(wrong("{\"snapshots\":{\"a/varz\":1}}") == "snapshots[\"a/varz\"] should be an object");
  CHECK_THAT(wrong(std::string(100'000, '[')), Catch::StartsWith("not valid JSON"));
}

TEST_CASE("an epoch with a bad epoch.json is imported without times") {
  const Workshop workshop;
  const Transfer transfer = workshop.import_tree({{t1 + "/a/varz.json", "{}"}, {t1 + "/epoch.json", "{"}});
  REQUIRE(transfer.refused.size() == 1);
  CHECK_THAT(transfer.refused[0], Catch::Contains("/epoch.json: not valid JSON"));
  CHECK(transfer.snapshots == 1);
}

TEST_CASE("an entry of epoch.json without its file is refused and the others used") {
  const Workshop workshop;
  const Transfer transfer = workshop.import_tree(
      {{t1 + "/a/varz.json", "{}"},
       {t1 + "/epoch.json", R"({"snapshots":{"b/varz":{},"a/varz":{"asked":"2026-11-21T05:24:15.7Z"}}})"}});
  REQUIRE(transfer.refused.size() == 1);
  CHECK_THAT(transfer.refused[0], Catch::Contains("tells of b/varz"));
  CHECK(workshop.recording().snapshot(1, "a", Endpoint::varz)->asked == parse_time("2026-11-21T05:24:15.7Z"));
}

TEST_CASE("a bad deployment.json is refused and the epochs imported") {
  CHECK(refusal({{t1 + "/a/varz.json", "{}"}, {"deployment.json", "{\"interval\":1}"}}) ==
        "deployment.json: the document has an unknown key \"interval\"");
}

TEST_CASE("a path that is no capture is refused before anything is written") {
  const Workshop workshop;
  make_tree(workshop.path("x"), {{t1 + "/a/varz.json", "{}"}, {"file", ""}});
  CHECK_THAT(no_capture(workshop.path("nowhere")), Catch::Contains("is not a folder"));
  CHECK_THAT(no_capture(workshop.path("x/file")), Catch::Contains("is not a folder"));
  CHECK_THAT(no_capture(workshop.path("x/" + t1)), Catch::Contains("is one epoch of a capture"));
  CHECK_THAT(no_capture(workshop.path("x/" + t1 + "/a")), Catch::Contains("is no capture: no folder in it"));
  CHECK_THROWS_AS(workshop.import({workshop.path("x"), workshop.path("nowhere")}), Failure);
  CHECK(workshop.recording().epochs().empty());
}

TEST_CASE("export wants a folder of its own") {
  const Workshop workshop;
  workshop.import_tree({{t1 + "/a/varz.json", "{}"}});
  CHECK_THROWS_WITH(export_capture(workshop.recording(), workshop.path("in")),
                    Catch::Contains("is not empty"));
  CHECK_THROWS_WITH(export_capture(workshop.recording(), workshop.path("history.db")),
                    Catch::Contains("is not a folder"));
}

TEST_CASE("nothing of a forged recording is written outside the capture") {
  const Workshop workshop;
  {
    Epoch epoch;
    epoch.snapshots = {{"../../evil", Endpoint::varz, {}, {}, 200, std::nullopt, "x"},
                       {"..", Endpoint::varz, {}, {}, 200, std::nullopt, "x"}};
    Recorder recorder = Recorder::open(workshop.path("history.db"));
    recorder.record_imported(epoch,
                             {"../../evil", {{"../evil.json", "x"}, {"/tmp/varz.error", "x"}}, std::nullopt});
  }
  const Transfer transfer = export_capture(workshop.recording(), workshop.path("out"));
  CHECK(transfer.refused.size() == 4);
  CHECK(tree_of(workshop.path("out")) == Tree{{"19700101T000000.000000Z/", ""},
                                              {"19700101T000000.000000Z/epoch.json",
                                               "{\n  \"started\": \"1970-01-01T00:00:00.000000Z\",\n  "
                                               "\"ended\": \"1970-01-01T00:00:00.000000Z\",\n"
                                               "  \"snapshots\": {}\n}\n"}});
}

TEST_CASE(
    "targets of an older recording with names that no folder can have are exported under shorter ones") {
  const Workshop workshop;
  const std::string name(1'000'000, 'n');
  {
    Epoch epoch;
    for (const char* end : {"1", "2"})
      epoch.snapshots.push_back({name + end, Endpoint::varz, {}, {}, 200, std::nullopt, end});
    Recorder recorder = Recorder::open(workshop.path("history.db"));
    recorder.record_imported(epoch, {"", {{name + "/varz.error", "x"}}, std::nullopt});
  }
  const Transfer transfer = export_capture(workshop.recording(), workshop.path("out"));
  CHECK(transfer.refused.size() == 1);
  const Tree out = tree_of(workshop.path("out"));
  for (const char* end : {"1", "2"})
    CHECK(out.at("19700101T000000.000000Z/" + cut_label(name + end) + "/varz.json") == end);
}

TEST_CASE("epochs that would share a folder are not merged") {
  const Workshop workshop;
  {
    Recorder recorder = Recorder::open(workshop.path("history.db"));
    recorder.record({});
    recorder.record({});
  }
  const Transfer transfer = export_capture(workshop.recording(), workshop.path("out"));
  CHECK(transfer.epochs == 1);
  CHECK(transfer.refused.size() == 1);
}

TEST_CASE("a damaged body is exported as a failure and said so") {
  const Workshop workshop;
  workshop.import_tree({{t1 + "/a/varz.json", "{}"}});
  SQLite::Database{workshop.path("history.db").string(), SQLite::OPEN_READWRITE}.exec(
      "UPDATE snapshot SET body = x'00'");
  const Transfer transfer = export_capture(workshop.recording(), workshop.path("out"));
  CHECK(transfer.refused.size() == 1);
  CHECK(tree_of(workshop.path("out"))[t1 + "/a/varz.error"] == "other\ndamaged in the store\n");
}
