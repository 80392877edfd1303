#include "analyzer/facts/facts.hpp"
#include "analyzer/state/observation.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "tests/bench/corpus.hpp"
#include "tests/bench/measure.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

/// R5: facts_bench [EPOCHS]. Below TMPDIR it brings the facts of a generated recording up by one epoch, again
/// and again, against decoding that epoch's bodies. Prints a row like store_bench.
namespace natsrec::bench {
namespace {

void run(const std::filesystem::path& folder, std::int64_t epochs) {
  constexpr int repeats = 15;
  CorpusShape shape;
  shape.epochs = epochs + repeats;
  Corpus corpus{shape};
  const auto store = folder / "history.db";
  auto recorder = Recorder::open(store);
  for (std::int64_t i = 0; i < epochs; ++i) recorder.record(corpus.next(), corpus.deployment());
  facts::Facts::open(Recording::open(store), store);
  Decoder decoder;
  Values decode, update;
  for (int i = 0; i < repeats; ++i) {
    const auto epoch = corpus.next();
    recorder.record(epoch, corpus.deployment());
    decode.push_back(timed(CLOCK_MONOTONIC, [&] { observe(epoch, decoder); }) * 1e3);
    const auto recording = Recording::open(store);
    update.push_back(timed(CLOCK_MONOTONIC, [&] { facts::Facts::open(recording, store); }) * 1e3);
  }
  row(fmt::format("R5 facts up by one epoch after {} (ms)", epochs), median(update), median(decode), 3, "3");
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  const natsrec::store::TemporaryFolder folder;
  natsrec::bench::run(folder.path(), argc > 1 ? std::atoll(argv[1]) : 1440);
}
