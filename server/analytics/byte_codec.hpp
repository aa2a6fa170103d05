#pragma once
// Numbers, texts and intervals as bytes and back, between processes of one machine: the machine's own byte order, no versions.

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"

namespace earshot::analytics {

template <class String>
class ByteWriter {
public:
    explicit ByteWriter(String& out) : out_(out) {}
    template <std::integral T>
    void number(T value) {
        out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        out_.append(value);
    }
    template <class Intervals>
    void intervals(const Intervals& list) {
        number(static_cast<std::uint32_t>(list.size()));
        for (const auto& piece : list) {
            number(piece.begin);
            number(piece.end);
        }
    }

private:
    String& out_;
};

// After the first thing that is not there, good() is false and everything reads as empty.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] bool at_end() const noexcept { return good_ && bytes_.empty(); }
    [[nodiscard]] std::uint8_t peek() const noexcept { return good_ && !bytes_.empty() ? static_cast<std::uint8_t>(bytes_.front()) : 0; }
    void require(bool condition) noexcept { good_ &= condition; }
    template <std::integral T>
    T number() {
        T value{};
        const auto source = take(sizeof value);
        if (good_) std::memcpy(&value, source.data(), sizeof value);
        return value;
    }
    std::string text() { return std::string(take(number<std::uint32_t>())); }
    std::vector<model::Interval> intervals() {
        std::vector<model::Interval> result;
        for (auto count = number<std::uint32_t>(); good_ && count > 0; --count) {
            const auto begin = number<std::uint64_t>();
            result.push_back({begin, number<std::uint64_t>()});
        }
        return result;
    }
    std::string_view take(std::size_t size) {
        good_ &= size <= bytes_.size();
        if (!good_) return {};
        const auto result = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return result;
    }

private:
    std::string_view bytes_;
    bool good_{true};
};

}  // namespace earshot::analytics
