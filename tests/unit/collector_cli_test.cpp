#include "collector/cli.hpp"
#include "collector/lock.hpp"
#include "schema/file_bytes.hpp"
#include "schema/recording.hpp"
#include "tests/unit/fakes.hpp"
#include "tests/unit/files.hpp"
#include "tests/unit/test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <sstream>

using namespace natsrec;
using namespace natsrec::test;
using namespace std::chrono_literals;

namespace {

struct Shell {
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  std::string store() const { return path("history.db"); }
  int run(const std::vector<std::string>& arguments) {
    std::ostringstream new_out;
    std::ostringstream new_err;
    CollectorWorld world{clock, {resolver, fetcher, accounts}, new_out, new_err, [](const std::string&) {}};
    const Exit code = run_collector(arguments, world);
    out = new_out.str();
    err = new_err.str();
    return static_cast<int>(code);
  }
  /// Arguments after `collect --store S --target T`.
  int collect(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"collect", "--store", store(), "--target", "http://a:8222"});
    return run(more);
  }
  /// The one line that went to stderr, without program and newline.
  std::string line() const {
    const std::string prefix = "nats-collector: ";
    if (!err.starts_with(prefix) || err.find('\n') != err.size() - 1) return "not one line: " + err;
    return err.substr(prefix.size(), err.size() - prefix.size() - 1);
  }

  store::TemporaryFolder folder;
  FakeClock clock;
  FakeResolver resolver;
  FakeFetcher fetcher{clock};
  FakeAccounts accounts;
  std::string out, err;
};

}  // namespace

TEST_CASE("collect records an epoch and says nothing, for cron") {
  Shell shell;
  CHECK(shell.collect({"--interval", "1m"}) == 0);
  CHECK(shell.out.empty());
  CHECK(shell.err.empty());
  const Epoch epoch = Recording::open(shell.store()).epoch(1);
  CHECK(epoch.interval == 1min);
  CHECK(epoch.snapshots.size() == 4);
}

TEST_CASE("servers being down is no failure of the collector") {
  Shell shell;
  shell.fetcher.change = refuse;
  CHECK(shell.collect({"--verbose"}) == 0);
  CHECK_THAT(shell.err, Catch::StartsWith("epoch 1: 0 of 1 targets answered"));
}

TEST_CASE("collect is the verb where none is given") {
  Shell shell;
  CHECK(shell.run({"--store", shell.store(), "--target", "http://a:8222"}) == 0);
  CHECK(shell.fetcher.fetches.size() == 1);
}

TEST_CASE("several targets are given by repeating the flag") {
  Shell shell;
  CHECK(shell.collect({"--target", "http://b:8222", "--target=http://c:8222"}) == 0);
  CHECK(Recording::open(shell.store()).targets() == std::vector<std::string>{"a_8222", "b_8222", "c_8222"});
}

TEST_CASE("budget and timeout follow the interval unless they are given") {
  Shell shell;
  shell.collect();
  CHECK(shell.fetcher.options.budget == 20s);
  CHECK(shell.fetcher.options.timeout == 5s);
  shell.collect({"--interval", "3s"});
  CHECK(shell.fetcher.options.budget == 2s);
  CHECK(shell.fetcher.options.timeout == 1s);
  shell.collect({"--interval", "10s", "--budget", "9s", "--timeout", "7s"});
  CHECK(shell.fetcher.options.budget == 9s);
  CHECK(shell.fetcher.options.timeout == 7s);
  CHECK(shell.fetcher.options.max_body == 64u << 20);
}

TEST_CASE("an epoch that could not be over before the next one is refused") {
  Shell shell;
  const auto said = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--interval", "3s"});
    CHECK(shell.collect(std::move(more)) == 2);
    return shell.line();
  };
  const std::string advice = " not below the interval of 3s; take less, or look less often";
  CHECK(said({"--budget", "3s"}) == "the budget of 3s is" + advice);
  CHECK(said({"--timeout", "4s"}) == "the timeout of 4s is" + advice);
  CHECK(said({"--jitter", "3s"}) == "the jitter of 3s is" + advice);
  CHECK(said({"--jitter", "1s", "--budget", "2s"}) ==
        "the budget of 2s and the jitter of 1s together are" + advice);
  CHECK(shell.fetcher.fetches.empty());
  CHECK(shell.collect({"--interval", "3s", "--jitter", "1s"}) == 0);
}

TEST_CASE("a jitter begins each epoch of a store later by the same amount") {
  Shell shell;
  const Time slot = shell.clock.time;
  CHECK(shell.collect({"--jitter", "40s"}) == 0);
  const Duration offset = shell.fetcher.fetches.at(0) - slot;
  CHECK(offset < 40s);
  shell.clock.time = slot + 1h;
  CHECK(shell.collect({"--jitter", "40s"}) == 0);
  CHECK(shell.fetcher.fetches.at(1) - slot == 1h + offset);
  shell.clock.time = slot;
  CHECK(shell.run({"--store", shell.path("other.db"), "--target", "http://a:8222", "--jitter", "40s"}) == 0);
  CHECK(shell.fetcher.fetches.at(2) - slot != offset);
}

TEST_CASE("the log of watch is text or JSON, from a level on") {
  Shell shell;
  shell.fetcher.change = refuse;
  const auto watch = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"watch", "--store", shell.store(), "--target", "http://a:8222", "--every",
                               "15s", "--epochs", "1"});
    CHECK(shell.run(more) == 0);
    return shell.err;
  };
  CHECK(watch({}) == "epoch 1: 0 of 1 targets answered, 0s; a_8222: refused\n");
  CHECK(watch({"--log-level", "warning"}).empty());
  CHECK(watch({"--quiet"}).empty());
  CHECK_THAT(watch({"--verbose"}), Catch::Contains("\ndebug: a_8222/varz: refused: Connection refused\n"));
  CHECK(watch({"--log-format", "json"}) ==
        R"({"time":"2026-11-21T00:01:15.000000Z","level":"info",)"
        R"("message":"epoch 5: 0 of 1 targets answered, 0s; a_8222: refused",)"
        R"("epoch":5,"targets":1,"failed":1,"bytes":0,"took_s":0})"
        "\n");
  CHECK(shell.run({"watch", "--log-level", "loud", "--every", "1s", "--target", "http://a", "--store",
                   shell.store()}) == 2);
  CHECK(shell.line() == "--log-level loud is not known; it is debug, info, warning or error");
}

TEST_CASE("a configuration that is read anew says how the log is written from then on, and flags still win") {
  const auto watch = [](const std::string& then, std::vector<std::string> more = {}) {
    Shell shell;
    const auto write = [&](const std::string& settings) {
      write_bytes(shell.path("c.toml"), settings + "\n[[target]]\nurl = \"http://a\"\n");
    };
    write("interval = \"15s\"");
    shell.clock.reload_at = shell.clock.time + 20s;
    shell.fetcher.change = [&](Snapshot&) { write("interval = \"15s\"\n" + then); };
    more.insert(more.begin(),
                {"watch", "--store", shell.store(), "--config", shell.path("c.toml"), "--epochs", "2"});
    CHECK(shell.run(more) == 0);
    return shell.err;
  };
  const std::string first = "epoch 1: 1 of 1 targets answered, 0s\n";
  CHECK(watch("log_level = \"warning\"") == first);
  CHECK_THAT(watch("log_format = \"json\""), Catch::StartsWith(first + "{\"time\":"));
  CHECK_THAT(watch("log_level = \"error\"", {"--log-level", "info"}),
             Catch::EndsWith("\nepoch 2: 1 of 1 targets answered, 0s\n"));
  CHECK_THAT(watch("log_level = \"warning\"\nbudget = \"1h\""),
             Catch::Contains("the configuration stays as it was") && Catch::Contains("\nepoch 2: "));
}

TEST_CASE("a configuration is enough, and flags win over it") {
  Shell shell;
  write_bytes(shell.path("c.toml"),
              "store = \"" + shell.store() +
                  "\"\ninterval = \"15s\"\nendpoints = [\"varz\"]\n[[target]]\nurl = \"http://a\"\n");
  CHECK(shell.run({"--config", shell.path("c.toml")}) == 0);
  CHECK(shell.run({"--config", shell.path("c.toml"), "--interval", "1m"}) == 0);
  CHECK(shell.run({"--config", shell.path("c.toml"), "--store", shell.path("other.db")}) == 0);
  const auto epochs = Recording::open(shell.store()).epochs();
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[0].interval == 15s);
  CHECK(epochs[1].interval == 1min);
  CHECK(Recording::open(shell.path("other.db")).epochs().size() == 1);
}

TEST_CASE("watch logs a line for each epoch unless it is to be quiet") {
  Shell shell;
  const std::vector<std::string> watch{"watch",   "--store", shell.store(), "--target", "http://a:8222",
                                       "--every", "2s",      "--epochs",    "2"};
  CHECK(shell.run(watch) == 0);
  CHECK(shell.err == "epoch 1: 1 of 1 targets answered, 0s\nepoch 2: 1 of 1 targets answered, 0s\n");
  auto quiet = watch;
  quiet.push_back("--quiet");
  CHECK(shell.run(quiet) == 0);
  CHECK(shell.err.empty());
  CHECK(Recording::open(shell.store()).epochs()[3].interval == 2s);
}

TEST_CASE("watch takes its pace from the configuration too, and needs one") {
  Shell shell;
  write_bytes(shell.path("c.toml"), "interval = \"5s\"\n[[target]]\nurl = \"http://a\"\n");
  CHECK(shell.run({"watch", "--store", shell.store(), "--config", shell.path("c.toml"), "--epochs", "1"}) ==
        0);
  CHECK(shell.run({"watch", "--store", shell.store(), "--target", "http://a"}) == 2);
  CHECK(shell.line() == "--every is missing; say how often, as in --every 15s");
  CHECK(shell.run({"watch", "--store", shell.store(), "--target", "http://a", "--every", "1ms"}) == 2);
}

TEST_CASE("a capture goes in and comes out") {
  Shell shell;
  make_tree(shell.path("in"), {{"20261121T052415Z/a1/varz.json", "{}"}});
  CHECK(shell.run({"import", "--store", shell.store(), shell.path("in")}) == 0);
  CHECK(shell.out == "imported 1 epochs, 1 snapshots\n");
  CHECK(shell.run({"export", "--store", shell.store(), shell.path("out"), "--quiet"}) == 0);
  CHECK(shell.out.empty());
  CHECK(tree_of(shell.path("in")) == tree_of(shell.path("out")));
}

TEST_CASE("an import that leaves something out says what and exits 1") {
  Shell shell;
  make_tree(shell.path("in"), {{"20261121T052415Z/a1/varz.json", "{}"}, {"notes.txt", ""}});
  CHECK(shell.run({"import", "--store", shell.store(), shell.path("in")}) == 1);
  CHECK(shell.line() == shell.path("in") + "/notes.txt: no part of a capture");
}

TEST_CASE("a capture may be called like a verb") {
  Shell shell;
  make_tree(shell.path("watch"), {{"20261121T052415Z/a1/varz.json", "{}"}});
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(shell.folder.path());
  CHECK(shell.run({"import", "--store", "history.db", "watch"}) == 0);
  std::filesystem::current_path(before);
}

TEST_CASE("status tells what the recording holds") {
  Shell shell;
  shell.collect();
  CHECK(shell.run({"status", "--store", shell.store()}) == 0);
  CHECK_THAT(shell.out, Catch::Contains("epochs      1\n") && Catch::Contains("everything answered"));
  CHECK(shell.run({"status", "--store", shell.store(), "--format", "json"}) == 0);
  CHECK_THAT(shell.out, Catch::StartsWith("{\n"));
  CHECK(shell.run({"status", "--store", shell.store(), "--format", "xml"}) == 2);
}

TEST_CASE("help and version go to stdout and are no failure") {
  Shell shell;
  CHECK(shell.run({"--help"}) == 0);
  for (const char* verb : {"collect", "watch", "import", "export", "status"}) {
    CHECK_THAT(shell.out, Catch::Contains(verb));
  }
  CHECK(shell.run({"watch", "--help"}) == 0);
  CHECK_THAT(shell.out, Catch::Contains("--every"));
  CHECK(shell.run({"--version"}) == 0);
  CHECK(shell.out == "nats-collector " NATSREC_VERSION "\n");
  CHECK(shell.err.empty());
}

TEST_CASE("bad usage is one line that names what is known, and exits 2") {
  Shell shell;
  const auto usage = [&](const std::vector<std::string>& arguments) {
    CHECK(shell.run(arguments) == 2);
    CHECK(shell.out.empty());
    return shell.line();
  };
  CHECK(usage({}) == "--store is missing; name the recording's file, as in --store history.db");
  CHECK(usage({"colect"}) == "unknown verb colect; did you mean collect?");
  CHECK(usage({"frobnicate"}) ==
        "unknown verb frobnicate; known are collect, watch, import, export, status, "
        "targets, verify, prune, backup, cut, recover");
  CHECK(usage({"--stor", "x"}) == "unknown flag --stor; did you mean --store?");
  CHECK(usage({"watch", "--evry=5s"}) == "unknown flag --evry; did you mean --every?");
  CHECK_THAT(usage({"status", "-x"}), Catch::StartsWith("unknown flag -x"));
  CHECK_THAT(usage({"--store"}), Catch::StartsWith("--store: "));
  CHECK_THAT(usage({"--store", "a", "--store", "b"}), Catch::StartsWith("--store: "));
  CHECK(usage({"collect", "watch"}) == "\"watch\" is not expected after collect; the verb comes first");
  CHECK_THAT(usage({"--store", "a"}), Catch::StartsWith("there is nothing to poll"));
  CHECK(usage({"--store", "a", "--target", "localhost:8222"}) ==
        "\"localhost:8222\" is not a URL; write http://localhost:8222");
  CHECK_THAT(usage({"--store", "a", "--target", "http://a", "--target", "http://a"}),
             Catch::StartsWith("two targets are a_80"));
  CHECK(usage({"--target", "http://a", "--config", "b"}) == "give --config or --target, not both");
  CHECK_THAT(usage({"--store", "a", "--target", "http://a", "--interval", "0s"}),
             Catch::StartsWith("--interval \"0s\" is no length of time above 0"));
  CHECK_THAT(usage({"watch", "--epochs", "0"}), Catch::Contains("--epochs"));
  CHECK_THAT(usage({"watch", "--epochs", "many"}), Catch::Contains("--epochs"));
  CHECK_THAT(usage({"--config", "/nowhere/c.toml"}), Catch::StartsWith("/nowhere/c.toml cannot be read"));
  CHECK(usage({"import", "--store", shell.store()}) ==
        "no capture is named; write import --store history.db PATH");
  CHECK_THAT(usage({"import", "--store", shell.store(), "/nowhere"}),
             Catch::StartsWith("/nowhere is not a folder"));
  CHECK_THAT(usage({"a\nb"}), Catch::StartsWith("unknown verb a\\x0ab"));
}

TEST_CASE("a store that cannot be used is one line and exits 3") {
  Shell shell;
  write_bytes(shell.path("text.db"), "this is a text and no recording at all");
  write_bytes(shell.path("empty.db"), "");
  SQLite::Database{shell.path("other.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE t (x)");
  shell.collect();
  SQLite::Database{shell.store(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 7");
  for (const char* verb : {"status", "export"}) {
    for (const char* file : {"missing.db", "empty.db", "text.db", "other.db", "history.db"}) {
      INFO(verb << " " << file);
      CHECK(shell.run({verb, "--store", shell.path(file)}) == 3);
      CHECK_THAT(shell.line(), Catch::StartsWith(shell.path(file) + " "));
    }
  }
  for (const char* file : {"text.db", "other.db", "history.db", "no/folder.db"}) {
    INFO(file);
    CHECK(shell.run({"--store", shell.path(file), "--target", "http://a"}) == 3);
    CHECK_THAT(shell.line(), Catch::StartsWith(shell.path(file)));
  }
}

TEST_CASE("a store that another collector holds exits 4") {
  Shell shell;
  make_tree(shell.path("in"), {{"20261121T052415Z/a1/varz.json", "{}"}});
  const auto lock = StoreLock::try_acquire(shell.store());
  CHECK(shell.collect() == 4);
  CHECK(shell.line() == "another collector holds " + shell.store() + "; let it finish, or stop it");
  CHECK(shell.run({"import", "--store", shell.store(), shell.path("in")}) == 4);
}

TEST_CASE("targets says what names lead to, and a dry run what would be asked") {
  Shell shell;
  shell.resolver.names["nats.svc"].hosts = {{"10.0.0.1", ""}, {"fd00::1", ""}};
  shell.resolver.names["srv _monitor._tcp.nats.svc"].hosts = {{"n1.nats.svc", "8223"}};
  const std::string config = shell.path("collector.toml");
  write_bytes(config, R"(
[[target]]
dns = "nats.svc:8222"
[[target]]
srv = "_monitor._tcp.nats.svc"
[[target]]
dns = "gone.svc:8222"
)");
  CHECK(shell.run({"targets", "--config", config}) == 1);
  CHECK(shell.out ==
        "10.0.0.1_8222 http://10.0.0.1:8222 by nats.svc_8222\n"
        "fd00::1_8222 http://[fd00::1]:8222 by nats.svc_8222\n"
        "n1.nats.svc_8223 http://n1.nats.svc:8223 by _monitor._tcp.nats.svc_80\n");
  CHECK(shell.err == "nats-collector: gone.svc_8222: dns: Domain name not found\n");
  shell.run({"--dry-run", "--config", config});
  CHECK(shell.out.starts_with("http://10.0.0.1:8222/varz\nhttp://10.0.0.1:8222/routez\n"));
  CHECK(shell.fetcher.fetches.empty());
}
