#include "content/storage/catalogue_json.hpp"

#include <boost/json.hpp>

namespace earshot::storage {

namespace json = boost::json;

namespace {

std::string text(const json::value& object, const char* key) {
    return std::string(object.at(key).as_string());
}

template <class T>
T number(const json::value& object, const char* key) {
    return object.at(key).to_number<T>();
}

template <class T, class F>
std::string list_to_json(const std::vector<T>& items, F one) {
    if (items.empty()) return {};
    json::array array;
    for (const auto& item : items) array.push_back(one(item));
    return json::serialize(array);
}

template <class T, class F>
std::vector<T> list_from_json(std::string_view source, F one) {
    std::vector<T> items;
    if (source.empty()) return items;
    const auto parsed = json::parse(json::string_view(source));
    for (const auto& value : parsed.as_array()) items.push_back(one(value));
    return items;
}

json::array chapters_to_value(const std::vector<model::Chapter>& chapters) {
    json::array array;
    for (const auto& c : chapters) array.push_back({{"start", c.start.count()}, {"title", c.title}, {"href", c.href}});
    return array;
}

std::vector<model::Chapter> chapters_from_value(const json::value& value) {
    std::vector<model::Chapter> chapters;
    for (const auto& v : value.as_array())
        chapters.push_back({std::chrono::milliseconds(number<long long>(v, "start")), text(v, "title"), text(v, "href")});
    return chapters;
}

}  // namespace

std::string to_json(const std::vector<model::Person>& people) {
    return list_to_json(
        people, [](const auto& p) -> json::value { return {{"name", p.name}, {"role", p.role}, {"group", p.group}, {"href", p.href}}; });
}

std::string to_json(const std::vector<model::CallToAction>& actions) {
    return list_to_json(actions, [](const auto& a) -> json::value {
        return {{"label", a.label}, {"href", a.href}, {"detail", a.detail}, {"emergency", a.emergency}};
    });
}

std::string to_json(const std::vector<model::Chapter>& chapters) {
    return chapters.empty() ? std::string() : json::serialize(chapters_to_value(chapters));
}

namespace {

json::array to_array(const std::vector<model::EmbeddedItem>& items) {
    json::array array;
    for (const auto& item : items) array.push_back({{"what", item.what}, {"value", item.value}, {"where", item.where}});
    return array;
}

std::vector<model::EmbeddedItem> items_of(const json::value& object) {
    std::vector<model::EmbeddedItem> items;
    const auto* found = object.as_object().if_contains("embedded");
    if (found == nullptr) return items;
    for (const auto& item : found->as_array()) {
        if (item.is_string())  // as the first version wrote them
            items.push_back({"Other words", std::string(item.as_string()), ""});
        else
            items.push_back({text(item, "what"), text(item, "value"), text(item, "where")});
    }
    return items;
}

}  // namespace

std::string to_json(const std::optional<model::Artwork>& artwork) {
    if (!artwork) return {};
    json::array sizes;
    for (const auto& s : artwork->sizes)
        sizes.push_back({{"pixels", s.pixels},
                         {"object_key", s.object_key},
                         {"byte_length", s.byte_length},
                         {"webp_key", s.webp_key},
                         {"webp_byte_length", s.webp_byte_length}});
    return json::serialize(json::object{{"alt", artwork->alt}, {"sizes", sizes}, {"embedded", to_array(artwork->embedded)}});
}

std::string to_json(const std::optional<model::MasterInfo>& info) {
    if (!info) return {};
    return json::serialize(json::object{{"container", info->container},
                                        {"codec", info->codec},
                                        {"sample_rate", info->sample_rate},
                                        {"channels", info->channels},
                                        {"bits_per_sample", info->bits_per_sample},
                                        {"duration", info->duration.count()},
                                        {"embedded", to_array(info->embedded)},
                                        {"chapters", chapters_to_value(info->chapters)},
                                        {"warnings", json::value_from(info->warnings)}});
}

std::string to_json(const std::optional<model::Sound>& sound) {
    if (!sound) return {};
    json::array waveforms;
    for (const auto& w : sound->waveforms)
        waveforms.push_back({{"points_a_second", w.points_a_second}, {"dat_key", w.dat_key}, {"json_key", w.json_key}});
    return json::serialize(json::object{{"waveforms", waveforms}, {"analysis_key", sound->analysis_key}});
}

std::string to_json(const model::Redactions& redactions) {
    return list_to_json(redactions, [](const auto& r) -> json::value {
        return {{"start", r.start.count()}, {"end", r.end.count()}, {"kind", model::to_string(r.kind)}};
    });
}

std::vector<model::Person> people_from_json(std::string_view source) {
    return list_from_json<model::Person>(
        source, [](const json::value& v) { return model::Person{text(v, "name"), text(v, "role"), text(v, "group"), text(v, "href")}; });
}

std::vector<model::CallToAction> actions_from_json(std::string_view source) {
    return list_from_json<model::CallToAction>(source, [](const json::value& v) {
        return model::CallToAction{text(v, "label"), text(v, "href"), text(v, "detail"), v.at("emergency").as_bool()};
    });
}

std::vector<model::Chapter> chapters_from_json(std::string_view source) {
    return source.empty() ? std::vector<model::Chapter>{} : chapters_from_value(json::parse(json::string_view(source)));
}

std::optional<model::Artwork> artwork_from_json(std::string_view source) {
    if (source.empty()) return std::nullopt;
    const auto value = json::parse(json::string_view(source));
    model::Artwork artwork{text(value, "alt"), {}, items_of(value)};
    for (const auto& s : value.at("sizes").as_array()) {
        auto& size =
            artwork.sizes.emplace_back(number<std::uint32_t>(s, "pixels"), text(s, "object_key"), number<std::uint64_t>(s, "byte_length"));
        if (s.as_object().contains("webp_key")) {  // not in rows of 0.1
            size.webp_key = text(s, "webp_key");
            size.webp_byte_length = number<std::uint64_t>(s, "webp_byte_length");
        }
    }
    return artwork;
}

model::Redactions redactions_from_json(std::string_view source) {
    return list_from_json<model::Redaction>(source, [](const json::value& v) {
        return model::Redaction{std::chrono::milliseconds(number<long long>(v, "start")),
                                std::chrono::milliseconds(number<long long>(v, "end")),
                                model::parse_redaction_kind(text(v, "kind")).value()};
    });
}

std::optional<model::Sound> sound_from_json(std::string_view source) {
    if (source.empty()) return std::nullopt;
    const auto value = json::parse(json::string_view(source));
    model::Sound sound{.waveforms = {}, .analysis_key = text(value, "analysis_key")};
    for (const auto& w : value.at("waveforms").as_array())
        sound.waveforms.push_back({number<std::uint32_t>(w, "points_a_second"), text(w, "dat_key"), text(w, "json_key")});
    return sound;
}

std::optional<model::MasterInfo> master_info_from_json(std::string_view source) {
    if (source.empty()) return std::nullopt;
    const auto value = json::parse(json::string_view(source));
    model::MasterInfo info{.container = text(value, "container"),
                           .codec = text(value, "codec"),
                           .sample_rate = number<std::uint32_t>(value, "sample_rate"),
                           .channels = number<std::uint32_t>(value, "channels"),
                           .bits_per_sample = number<std::uint32_t>(value, "bits_per_sample"),
                           .duration = std::chrono::milliseconds(number<long long>(value, "duration")),
                           .embedded = items_of(value),
                           .warnings = json::value_to<std::vector<std::string>>(value.at("warnings"))};
    if (const auto* chapters = value.as_object().if_contains("chapters")) info.chapters = chapters_from_value(*chapters);
    return info;
}

}  // namespace earshot::storage
