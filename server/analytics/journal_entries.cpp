#include "server/analytics/journal_entries.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "server/analytics/byte_codec.hpp"

namespace earshot::analytics {

namespace {

enum Kind : std::uint8_t { is_context = 1, is_record, is_cell, is_listen, is_crowd, is_version };
enum Flag : std::uint8_t { in_evening = 1, is_carried = 2, is_counted = 4, is_waiting = 8 };

struct RecordHead {
    std::uint8_t kind{is_record}, flags{};
    std::uint16_t intervals{};
    std::uint32_t requests{}, context{}, hour{};
    std::uint32_t most_at_place{};
    std::array<std::uint8_t, 12> listener{};
    Crowds::Place place{};
};
static_assert(sizeof(RecordHead) == 40);
constexpr std::size_t most_intervals = 0xffff;

void write_listen(ByteWriter<WipedString>& writer, const Listen& listen) {
    writer.number(static_cast<std::uint8_t>((listen.in_evening ? in_evening : 0) | (listen.counted ? is_counted : 0) |
                                            (listen.is_waiting ? is_waiting : 0)));
    if (listen.is_waiting) {
        writer.number(listen.last.hour);
        writer.number(static_cast<std::uint8_t>(listen.last.verdict));
    }
    writer.number(static_cast<std::uint8_t>(listen.tracks()));
    for (std::size_t at = 0; at < listen.tracks(); ++at) {
        const auto& track = listen.track(at);
        writer.number(track.version);
        writer.number<std::uint8_t>(track.counted_before);
        writer.intervals(track.today.pieces());
        writer.intervals(track.before ? track.before->pieces() : std::span<const model::Interval>());
    }
}

using Numbers = std::unordered_map<std::uint32_t, std::uint32_t>;

void write_audio(ByteWriter<WipedString>& writer, const AudioVersion& version) {
    writer.number(version.bytes);
    writer.number(version.enough);
}

AudioVersion read_audio(ByteReader& reader, std::uint32_t episode) {
    const auto bytes = reader.number<std::uint64_t>();
    return {episode, bytes, reader.number<std::uint64_t>()};
}

// True the first time it is asked.
bool is_first(std::vector<bool>& known, std::uint32_t number) {
    if (number >= known.size()) known.resize(number + 1);
    if (known[number]) return false;
    known[number] = true;
    return true;
}

Verdict read_verdict(ByteReader& reader) {
    const auto value = reader.number<std::uint8_t>();
    reader.require(value < verdicts);
    return reader.good() ? static_cast<Verdict>(value) : Verdict::error;
}

Listen read_listen(ByteReader& reader, const Numbers& versions) {
    Listen result;
    const auto flags = reader.number<std::uint8_t>();
    result.in_evening = (flags & in_evening) != 0;
    result.counted = (flags & is_counted) != 0;
    result.is_waiting = (flags & is_waiting) != 0;
    if (result.is_waiting) {
        result.last.hour = reader.number<std::uint32_t>();
        result.last.verdict = read_verdict(reader);
    }
    for (auto count = reader.number<std::uint8_t>(); reader.good() && count > 0; --count) {
        auto& track = result.add_track();
        const auto version = versions.find(reader.number<std::uint32_t>());
        reader.require(version != versions.end());
        if (version != versions.end()) track.version = version->second;
        track.counted_before = reader.number<std::uint8_t>() != 0;
        for (const auto& piece : reader.intervals()) track.today.add(piece);
        for (const auto& piece : reader.intervals()) track.before.make().add(piece);
    }
    return result;
}

void write_context(std::uint32_t number, const Context& context, const Terms& terms, WipedString& frame) {
    ByteWriter writer(frame);
    writer.number<std::uint8_t>(is_context);
    writer.number(number);
    writer.text(terms.episode_name(context.episode));
    write_audio(writer, terms.version_of(context.version));
    writer.number(static_cast<std::uint8_t>(context.values.size()));
    for (std::size_t i = 0; i < context.values.size(); ++i) {
        writer.text(dimensions()[i].name);
        writer.text(context.values[i]);
    }
}

Context read_context(ByteReader& reader, Terms& terms) {
    Context context;
    context.episode = terms.episode(reader.text());
    context.version = terms.version(read_audio(reader, context.episode));
    context.values.assign(dimensions().size(), std::string(other_values));  // of those that another version did not know
    for (auto count = reader.number<std::uint8_t>(); reader.good() && count > 0; --count) {
        const auto dimension = reader.text();
        const auto known = std::ranges::find(dimensions(), std::string_view(dimension), &Dimension::name);
        auto value = reader.text();
        if (known != dimensions().end()) context.values[static_cast<std::size_t>(known - dimensions().begin())] = std::move(value);
    }
    return context;
}

HourCells::Cell read_cell(ByteReader& reader) {
    HourCells::Cell cell;
    cell.bytes = reader.number<std::uint64_t>();
    for (auto& requests : cell.requests) requests = reader.number<std::int64_t>();
    return cell;
}

ListenerKey read_listener(ByteReader& reader) {
    ListenerKey key;
    const auto bytes = reader.take(key.bytes.size());
    if (reader.good()) std::memcpy(key.bytes.data(), bytes.data(), bytes.size());
    return key;
}

std::optional<Record> read_record(ByteReader& reader, const Numbers& contexts, const Numbers& versions) {
    RecordHead head;
    const auto bytes = reader.take(sizeof head);
    if (!reader.good()) return std::nullopt;
    std::memcpy(&head, bytes.data(), sizeof head);
    const auto context = contexts.find(head.context);
    const auto audio = reader.take(head.intervals * sizeof(model::Interval));
    reader.require(context != contexts.end());
    if (!reader.good()) return std::nullopt;
    Record record{.hour = head.hour, .context = context->second, .requests = head.requests};
    record.listener.bytes = head.listener;
    record.in_evening = (head.flags & in_evening) != 0;
    record.place = head.place;
    record.most_at_place = head.most_at_place;
    record.audio.resize(head.intervals);
    if (!audio.empty()) std::memcpy(record.audio.data(), audio.data(), audio.size());
    if ((head.flags & is_carried) != 0) record.carried = read_listen(reader, versions);
    return reader.good() ? std::optional(std::move(record)) : std::nullopt;
}

}  // namespace

void EntryWriter::record(const Record& record, Crowds::Place place, WipedString& frame) {
    if (is_first(contexts_, record.context)) write_context(record.context, terms_.context_of(record.context), terms_, frame);
    if (record.carried) define_versions(*record.carried, frame);
    RecordHead head;
    head.flags = static_cast<std::uint8_t>((record.in_evening ? in_evening : 0) | (record.carried ? is_carried : 0));
    head.intervals = static_cast<std::uint16_t>(std::min(record.audio.size(), most_intervals));
    head.requests = record.requests;
    head.context = record.context;
    head.hour = static_cast<std::uint32_t>(record.hour);
    head.most_at_place = record.most_at_place;
    head.listener = record.listener.bytes;
    head.place = place;
    frame.append(reinterpret_cast<const char*>(&head), sizeof head);
    frame.append(reinterpret_cast<const char*>(record.audio.data()), head.intervals * sizeof(model::Interval));
    ByteWriter writer(frame);
    if (record.carried) write_listen(writer, *record.carried);
}

void EntryWriter::cells(const HourCells& cells, WipedString& frame) const {
    ByteWriter writer(frame);
    cells.each([&](std::uint32_t episode, Hour hour, const HourCells::Cell& cell) {
        writer.number<std::uint8_t>(is_cell);
        writer.text(terms_.episode_name(episode));
        writer.number(hour);
        writer.number(cell.bytes);
        for (const auto requests : cell.requests) writer.number(requests);
    });
}

void EntryWriter::listen(const ListenerKey& listener, const Listen& listen, WipedString& frame) {
    define_versions(listen, frame);
    ByteWriter writer(frame);
    writer.number<std::uint8_t>(is_listen);
    frame.append(reinterpret_cast<const char*>(listener.bytes.data()), listener.bytes.size());
    write_listen(writer, listen);
}

void EntryWriter::crowd(std::uint32_t row, std::uint32_t at, std::uint16_t count, WipedString& frame) const {
    ByteWriter writer(frame);
    writer.number<std::uint8_t>(is_crowd);
    writer.number(row);
    writer.number(at);
    writer.number(count);
}

void EntryWriter::define_versions(const Listen& listen, WipedString& frame) {
    for (std::size_t at = 0; at < listen.tracks(); ++at) {
        const auto number = listen.track(at).version;
        if (!is_first(versions_, number)) continue;
        const auto& version = terms_.version_of(number);
        ByteWriter writer(frame);
        writer.number<std::uint8_t>(is_version);
        writer.number(number);
        writer.text(terms_.episode_name(version.episode));
        write_audio(writer, version);
    }
}

bool EntryReader::read(std::string_view frame) {
    ByteReader reader(frame);
    while (reader.good() && !reader.at_end()) {
        const auto kind = reader.peek();
        if (kind == is_record) {
            if (auto record = read_record(reader, contexts_, versions_)) taking_.record(std::move(*record));
        } else if (kind == is_context) {
            reader.take(1);
            const auto number = reader.number<std::uint32_t>();
            const auto context = read_context(reader, terms_);
            if (reader.good()) contexts_[number] = terms_.context(context);
        } else if (kind == is_version) {
            reader.take(1);
            const auto number = reader.number<std::uint32_t>();
            const auto episode = terms_.episode(reader.text());
            const auto version = read_audio(reader, episode);
            if (reader.good()) versions_[number] = terms_.version(version);
        } else if (kind == is_cell) {
            reader.take(1);
            const auto episode = terms_.episode(reader.text());
            const auto hour = reader.number<Hour>();
            const auto cell = read_cell(reader);
            if (reader.good()) taking_.cell(episode, hour, cell);
        } else if (kind == is_listen) {
            reader.take(1);
            const auto listener = read_listener(reader);
            auto listen = read_listen(reader, versions_);
            if (reader.good()) taking_.listen(listener, std::move(listen));
        } else if (kind == is_crowd) {
            reader.take(1);
            const auto row = reader.number<std::uint32_t>();
            const auto at = reader.number<std::uint32_t>();
            const auto count = reader.number<std::uint16_t>();
            reader.require(reader.good() && taking_.crowd(row, at, count));
        } else {
            return false;
        }
    }
    return reader.good();
}

}  // namespace earshot::analytics
