#define CATCH_CONFIG_MAIN
#include "tests/unit/test.hpp"
