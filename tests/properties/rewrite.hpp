#pragma once
#include "tests/properties/canonical.hpp"
#include "tests/properties/world.hpp"

namespace natsrec::testing {

/// Everything under other names: servers, clusters, targets. Names the function does not change stay.
Tape renamed(Tape tape, const Renaming& rename);
/// Every array of every body in another order.
Tape shuffled(Tape tape, std::uint64_t seed);
/// Targets come in another order, and took other times to answer.
Tape polled_otherwise(Tape tape, std::uint64_t seed);

}  // namespace natsrec::testing
