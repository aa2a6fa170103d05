#include "server/analytics/record_codec.hpp"

#include <concepts>
#include <cstring>

namespace earshot::analytics {

namespace {

enum Flag : std::uint8_t { is_first = 1, is_settled = 2, is_in_evening = 4, is_carried = 8 };

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}
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
    void listen(const Listen& value) {
        number<std::uint8_t>(value.waiting.has_value());
        if (value.waiting) {
            number(value.waiting->hour);
            number(static_cast<std::uint8_t>(value.waiting->verdict));
        }
        number(static_cast<std::uint8_t>(value.tracks.size()));
        for (const auto& track : value.tracks) {
            number(track.version.bytes);
            number(track.version.enough);
            number<std::uint8_t>(track.counted_before);
            intervals(track.before.pieces());
        }
    }

private:
    std::string& out_;
};

// After the first thing that is not there, good() is false and everything reads as empty.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] bool at_end() const noexcept { return good_ && bytes_.empty(); }
    template <std::integral T>
    T number() {
        T value{};
        const auto source = take(sizeof value);
        if (good_) std::memcpy(&value, source.data(), sizeof value);
        return value;
    }
    std::string text() { return std::string(take(number<std::uint32_t>())); }
    Verdict verdict() {
        const auto value = number<std::uint8_t>();
        good_ &= value < verdicts;
        return good_ ? static_cast<Verdict>(value) : Verdict::error;
    }
    std::vector<model::Interval> intervals() {
        std::vector<model::Interval> result;
        for (auto count = number<std::uint32_t>(); good_ && count > 0; --count) {
            const auto begin = number<std::uint64_t>();
            result.push_back({begin, number<std::uint64_t>()});
        }
        return result;
    }
    Listen listen() {
        Listen result;
        if (number<std::uint8_t>() != 0) {
            const auto hour = number<Hour>();
            result.waiting = {hour, verdict()};
        }
        for (auto count = number<std::uint8_t>(); good_ && count > 0; --count) {
            auto& track = result.tracks.emplace_back();
            track.version.bytes = number<std::uint64_t>();
            track.version.enough = number<std::uint64_t>();
            track.counted_before = number<std::uint8_t>() != 0;
            for (const auto& piece : intervals()) track.before.add(piece);
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

}  // namespace

void write_record(const Record& record, std::string& out) {
    Writer writer(out);
    unsigned flags = 0;
    if (record.first) flags |= is_first;
    if (record.settled) flags |= is_settled;
    if (record.in_evening) flags |= is_in_evening;
    if (record.carried) flags |= is_carried;
    writer.number(static_cast<std::uint8_t>(flags));
    writer.number(record.hour);
    writer.text(record.episode);
    writer.number(record.bytes);
    if (record.settled) return writer.number(static_cast<std::uint8_t>(*record.settled));
    out.append(reinterpret_cast<const char*>(record.listener.bytes.data()), record.listener.bytes.size());
    writer.number(record.version.bytes);
    writer.number(record.version.enough);
    writer.intervals(record.audio);
    writer.number(static_cast<std::uint8_t>(record.values.size()));
    for (const auto& [dimension, value] : record.values) {
        writer.text(dimension);
        writer.text(value);
    }
    if (record.carried) writer.listen(*record.carried);
}

std::optional<Record> read_record(std::string_view bytes) {
    Reader reader(bytes);
    Record record;
    const auto flags = reader.number<std::uint8_t>();
    record.first = (flags & is_first) != 0;
    record.in_evening = (flags & is_in_evening) != 0;
    record.hour = reader.number<Hour>();
    record.episode = reader.text();
    record.bytes = reader.number<std::uint64_t>();
    if ((flags & is_settled) != 0) {
        record.settled = reader.verdict();
    } else {
        const auto key = reader.take(record.listener.bytes.size());
        if (reader.good()) std::memcpy(record.listener.bytes.data(), key.data(), key.size());
        record.version.bytes = reader.number<std::uint64_t>();
        record.version.enough = reader.number<std::uint64_t>();
        record.audio = reader.intervals();
        for (auto count = reader.number<std::uint8_t>(); reader.good() && count > 0; --count) {
            auto dimension = reader.text();
            record.values.emplace_back(std::move(dimension), reader.text());
        }
        if ((flags & is_carried) != 0) record.carried = reader.listen();
    }
    if (!reader.at_end()) return std::nullopt;
    return record;
}

}  // namespace earshot::analytics
