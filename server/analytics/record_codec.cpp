#include "server/analytics/record_codec.hpp"

#include <cstring>

#include "server/analytics/byte_codec.hpp"

namespace earshot::analytics {

namespace {

enum Flag : std::uint8_t { is_settled = 2, is_in_evening = 4, is_carried = 8 };

void write_listen(ByteWriter& writer, const Listen& value) {
    writer.number<std::uint8_t>(value.waiting.has_value());
    if (value.waiting) {
        writer.number(value.waiting->hour);
        writer.number(static_cast<std::uint8_t>(value.waiting->verdict));
    }
    writer.number(static_cast<std::uint8_t>(value.tracks.size()));
    for (const auto& track : value.tracks) {
        writer.number(track.version.bytes);
        writer.number(track.version.enough);
        writer.number<std::uint8_t>(track.counted_before);
        writer.intervals(track.before.pieces());
    }
}

Verdict read_verdict(ByteReader& reader) {
    const auto value = reader.number<std::uint8_t>();
    reader.require(value < verdicts);
    return reader.good() ? static_cast<Verdict>(value) : Verdict::error;
}

Listen read_listen(ByteReader& reader) {
    Listen result;
    if (reader.number<std::uint8_t>() != 0) {
        const auto hour = reader.number<Hour>();
        result.waiting = {hour, read_verdict(reader)};
    }
    for (auto count = reader.number<std::uint8_t>(); reader.good() && count > 0; --count) {
        auto& track = result.tracks.emplace_back();
        track.version.bytes = reader.number<std::uint64_t>();
        track.version.enough = reader.number<std::uint64_t>();
        track.counted_before = reader.number<std::uint8_t>() != 0;
        for (const auto& piece : reader.intervals()) track.before.add(piece);
    }
    return result;
}

}  // namespace

void write_record(const Record& record, std::string& out) {
    ByteWriter writer(out);
    unsigned flags = 0;
    if (record.settled) flags |= is_settled;
    if (record.in_evening) flags |= is_in_evening;
    if (record.carried) flags |= is_carried;
    writer.number(static_cast<std::uint8_t>(flags));
    writer.number(record.hour);
    writer.text(record.episode);
    writer.number(record.bytes);
    writer.number(record.requests);
    if (record.settled) return writer.number(static_cast<std::uint8_t>(*record.settled));
    out.append(reinterpret_cast<const char*>(record.listener.bytes.data()), record.listener.bytes.size());
    writer.number(record.place);
    writer.number(record.most_at_place);
    writer.number(record.version.bytes);
    writer.number(record.version.enough);
    writer.intervals(record.audio);
    writer.number(static_cast<std::uint8_t>(record.values.size()));
    for (const auto& [dimension, value] : record.values) {
        writer.text(dimension);
        writer.text(value);
    }
    if (record.carried) write_listen(writer, *record.carried);
}

std::optional<Record> read_record(std::string_view bytes) {
    ByteReader reader(bytes);
    Record record;
    const auto flags = reader.number<std::uint8_t>();
    record.in_evening = (flags & is_in_evening) != 0;
    record.hour = reader.number<Hour>();
    record.episode = reader.text();
    record.bytes = reader.number<std::uint64_t>();
    record.requests = reader.number<std::uint32_t>();
    if ((flags & is_settled) != 0) {
        record.settled = read_verdict(reader);
    } else {
        const auto key = reader.take(record.listener.bytes.size());
        if (reader.good()) std::memcpy(record.listener.bytes.data(), key.data(), key.size());
        record.place = reader.number<std::uint64_t>();
        record.most_at_place = reader.number<std::uint32_t>();
        record.version.bytes = reader.number<std::uint64_t>();
        record.version.enough = reader.number<std::uint64_t>();
        record.audio = reader.intervals();
        for (auto count = reader.number<std::uint8_t>(); reader.good() && count > 0; --count) {
            auto dimension = reader.text();
            record.values.emplace_back(std::move(dimension), reader.text());
        }
        if ((flags & is_carried) != 0) record.carried = read_listen(reader);
    }
    if (!reader.at_end()) return std::nullopt;
    return record;
}

}  // namespace earshot::analytics
