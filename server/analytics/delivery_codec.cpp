#include "server/analytics/delivery_codec.hpp"

#include "server/analytics/byte_codec.hpp"

namespace earshot::analytics {

namespace {

enum Flag : std::uint8_t { is_opted_out = 2, is_preview = 4 };

model::Delivery read_delivery(ByteReader& reader) {
    model::Delivery delivery;
    delivery.time = model::Timestamp(model::Timestamp::duration(reader.number<std::int64_t>()));
    delivery.episode.value = reader.text();
    delivery.profile = reader.text();
    delivery.address = reader.text();
    delivery.user_agent = reader.text();
    delivery.referrer = reader.text();
    delivery.method = reader.text();
    delivery.status = reader.number<std::int32_t>();
    delivery.range = reader.text();
    delivery.acknowledged = reader.intervals();
    delivery.file.size = reader.number<std::uint64_t>();
    delivery.file.audio_start = reader.number<std::uint64_t>();
    delivery.file.bytes_for_60s = reader.number<std::uint64_t>();
    const auto flags = reader.number<std::uint8_t>();
    delivery.requests = reader.number<std::uint32_t>();
    delivery.opted_out = (flags & is_opted_out) != 0;
    delivery.preview = (flags & is_preview) != 0;
    return delivery;
}

}  // namespace

void write_delivery(const model::Delivery& delivery, std::string& out) {
    ByteWriter writer(out);
    writer.number(std::int64_t{delivery.time.time_since_epoch().count()});
    writer.text(delivery.episode.value);
    writer.text(delivery.profile);
    writer.text(delivery.address);
    writer.text(delivery.user_agent);
    writer.text(delivery.referrer);
    writer.text(delivery.method);
    writer.number(std::int32_t{delivery.status});
    writer.text(delivery.range);
    writer.intervals(delivery.acknowledged);
    writer.number(delivery.file.size);
    writer.number(delivery.file.audio_start);
    writer.number(delivery.file.bytes_for_60s);
    unsigned flags = 0;
    if (delivery.opted_out) flags |= is_opted_out;
    if (delivery.preview) flags |= is_preview;
    writer.number(static_cast<std::uint8_t>(flags));
    writer.number(delivery.requests);
}

std::optional<std::vector<model::Delivery>> read_deliveries(std::string_view bytes) {
    ByteReader reader(bytes);
    std::vector<model::Delivery> deliveries;
    while (reader.good() && !reader.at_end()) deliveries.push_back(read_delivery(reader));
    if (!reader.good()) return std::nullopt;
    return deliveries;
}

}  // namespace earshot::analytics
