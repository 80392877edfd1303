#pragma once

/// What facts are derived by. Whoever changes what the analyzer makes of the same bodies moves a number here,
/// so that facts of before are derived anew; tests/unit/facts_version_test.cpp reminds of it.
namespace natsrec::facts {

inline constexpr int decoder_version = 1;  ///< what is read out of a body
inline constexpr int detector_version =
    5;  ///< what is found, how it is joined and told, and what state is saved
inline constexpr int layout_version = 2;  ///< the tables of facts.sql

}  // namespace natsrec::facts
