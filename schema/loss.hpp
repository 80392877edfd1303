#pragma once
#include "schema/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace natsrec {

/// Epochs that could not be recorded, or that `watch` did not come to. The run that lost one leaves this
/// beside the recording, and the next one that can record keeps it with its own epoch, as `lost.json`.
struct Loss {
  std::int64_t epochs = 0;
  Time first, last;   ///< when the first and the last of them began
  std::string cause;  ///< of the first, a word: see StoreFailure and watch.cpp
  std::string text;   ///< the sentence with which that run gave up
};

inline constexpr std::string_view loss_file = "lost.json";

/// Both, as the first tells it.
Loss together(Loss first, const Loss& then);

std::string to_json(const Loss& loss);
/// Nothing if this is no such document.
std::optional<Loss> parse_loss(std::string_view json);

}  // namespace natsrec
