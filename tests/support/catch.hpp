#pragma once
// The one place that names the test framework's header, so that Catch2 v2 (Debian 12) and v3 both build.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
