#pragma once
// The one place that names the test framework.
#include <catch2/catch.hpp>
