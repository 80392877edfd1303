#pragma once
#include "tests/unit/fake_mesh.hpp"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

/// A deployment to which things happen at random, and what a collector would have recorded of it: routes cut
/// and flapping, half-open connections, servers that die, start, freeze and reload, gateways lost, answers
/// that do not come. Whatever happens is something that can happen to real servers.
namespace natsrec::testing {

using Tape = std::vector<Epoch>;

/// The same seed makes the same tape. Epochs are `every` apart.
Tape record(std::uint64_t seed, int epochs, Duration every);

/// Replays the epochs of the tape that are to be kept.
Replay replay(const Tape& tape, const std::function<bool(std::size_t)>& keep = {});
Analysis analyse(const Tape& tape, const std::function<bool(std::size_t)>& keep = {});

/// How many tapes a property is tried on, and the first one's seed: NATSREC_TAPES and NATSREC_SEED, if set.
std::uint64_t tapes();
std::uint64_t first_seed();

}  // namespace natsrec::testing
