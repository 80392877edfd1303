#include "analyzer/facts/facts.hpp"
#include "analyzer/state/observation.hpp"
#include "schema/read_access.hpp"
#include "schema/recorder.hpp"
#include "tests/bench/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

/// R5: facts_bench [EPOCHS]. Below TMPDIR it brings the facts of a generated recording up by one epoch, again
/// and again, against decoding that epoch's bodies. Prints a row like store_bench.
namespace natsrec::bench {
namespace {

template <class Work>
double milliseconds(Work&& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

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
  std::vector<double> decode, update;
  for (int i = 0; i < repeats; ++i) {
    const auto epoch = corpus.next();
    recorder.record(epoch, corpus.deployment());
    decode.push_back(milliseconds([&] { observe(epoch, decoder); }));
    const auto recording = Recording::open(store);
    update.push_back(milliseconds([&] { facts::Facts::open(recording, store); }));
  }
  const double floor = median(decode), figure = median(update);
  fmt::print("R5 facts up by one epoch after {},{:.2f} ms,{:.2f} ms,{:.2f},<= 3,{}\n", epochs, figure, floor,
             figure / floor, figure <= 3 * floor ? "met" : "NOT MET");
}

}  // namespace
}  // namespace natsrec::bench

int main(int argc, char** argv) {
  const natsrec::store::TemporaryFolder folder;
  natsrec::bench::run(folder.path(), argc > 1 ? std::atoll(argv[1]) : 1440);
}
