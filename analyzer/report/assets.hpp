#pragma once
#include <string>
#include <string_view>

/// What the page carries besides its content. Embedded at build time.
namespace natsrec {

std::string_view stylesheet();
std::string_view script();

/// The page's Content-Security-Policy: nothing is loaded from anywhere, and of styles and scripts only the
/// two above count, by their hash. A name that became markup after all would still not run.
std::string content_policy();

}  // namespace natsrec
