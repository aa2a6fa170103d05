#pragma once
// A small database of countries in the MaxMind format, as an operator would download one.

#include <filesystem>
#include <string>
#include <vector>

namespace earshot::tests {

struct CountryBlock {
    std::string address;  // IPv4 or IPv6
    unsigned bits;        // of that address
    std::string country;  // "GB"
};
void write_mmdb(const std::filesystem::path& file, const std::vector<CountryBlock>& blocks);

}  // namespace earshot::tests
