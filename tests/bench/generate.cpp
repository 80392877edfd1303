#include "schema/failure.hpp"
#include "schema/printable.hpp"
#include "schema/recorder.hpp"
#include "tests/bench/corpus.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string>
#include <vector>

/// Writes a generated history into a store: generate --store FILE [--servers N] [--epochs N] [--seed N]
/// [--interval SECONDS] [--pause EPOCHS]. Prints the faults in it, one a line, and the raw size last.
namespace natsrec::bench {
namespace {

[[noreturn]] void usage() {
  throw Failure(Exit::usage,
                "generate --store FILE [--servers N] [--epochs N] [--seed N] [--interval SECONDS] "
                "[--pause EPOCHS, at least 20, between faults]");
}

std::int64_t positive(const std::string& text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out <= 0) usage();
  return out;
}

void run(const std::vector<std::string>& arguments) {
  CorpusShape shape;
  std::string store;
  if (arguments.size() % 2 != 0) usage();
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--store") {
      store = value;
    } else if (arguments[i] == "--servers") {
      shape.servers = static_cast<int>(positive(value));
    } else if (arguments[i] == "--epochs") {
      shape.epochs = positive(value);
    } else if (arguments[i] == "--seed") {
      shape.seed = static_cast<std::uint64_t>(positive(value));
    } else if (arguments[i] == "--interval") {
      shape.interval = std::chrono::seconds{positive(value)};
    } else if (arguments[i] == "--pause") {
      shape.pause = positive(value);
    } else {
      usage();
    }
  }
  if (shape.pause < 20) usage();
  if (store.empty()) usage();
  Corpus corpus{shape};
  Recorder recorder = Recorder::open(store);
  const Deployment deployment = corpus.deployment();
  std::size_t raw = 0;
  for (std::int64_t i = 0; i < shape.epochs; ++i) {
    const Epoch epoch = corpus.next();
    raw += raw_size(epoch);
    recorder.record(epoch, deployment);
  }
  for (const Fault& fault : corpus.faults())
    fmt::print("{} {} {} {} {}{}\n", name(fault.kind), fault.first, fault.last, fault.server, fault.peer,
               fault.cluster);
  fmt::print("raw {}\n", raw);
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  try {
    natsrec::bench::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "generate: {}\n", natsrec::printable(error.what()));
    return 2;
  }
}
