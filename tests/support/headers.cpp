// Holds the precompiled headers that all test programs share.
#include "tests/support/catch.hpp"
