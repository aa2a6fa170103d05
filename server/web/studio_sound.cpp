#include "server/web/studio_sound.hpp"

#include <fmt/format.h>

#include <array>

#include "server/publishing/sound.hpp"
#include "server/web/waveform_picture.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using model::RedactionKind;

// "1:02:03.250", as the form takes it back.
std::string exact_clock(std::chrono::milliseconds time) {
    auto text = model::format_clock(time);
    if (const auto rest = time.count() % 1000; rest != 0) text += fmt::format(".{:03}", rest);
    return text;
}

void put_range(Values& row, const std::optional<model::Redaction>& range) {
    static constexpr std::array<std::pair<RedactionKind, const char*>, 3> kinds{
        {{RedactionKind::mute, "Silence"}, {RedactionKind::bleep, "Bleep"}, {RedactionKind::cut, "Cut it out"}}};
    if (range) row.set("START", exact_clock(range->start)).set("END", exact_clock(range->end));
    for (const auto& [kind, label] : kinds) {
        auto& option = row.add("KIND").set("VALUE", std::string(to_string(kind))).set("LABEL", label);
        if (range && range->kind == kind) option.show("CHOSEN");
    }
}

void put_form(Context& context, Values& values, const model::Episode& episode, const model::Master& original) {
    const auto length = original.info->duration;
    const auto& ranges = episode.master->redactions;
    auto& form = values.add("REDACT");
    form.set("LENGTH", exact_clock(length));
    if (original.sound)
        if (const auto waveform = publishing::read_waveform(context.store, *original.sound, picture_points))
            put_ranges(form, *waveform, ranges, length, fmt::format("/api/v1/episodes/{}/master/waveform/100.dat", episode.id.value));
    for (const auto& range : ranges) put_range(form.add("RANGE").include("ROW", "studio_range.html"), range);
    put_range(form.include("EMPTY", "studio_range.html"), std::nullopt);
    for (const auto& range : ranges)
        if (range.kind == RedactionKind::cut) form.add("CUT").set("START", whole_seconds(range.start)).set("END", whole_seconds(range.end));
    const auto state = state_now(episode, context.clock());
    if (state == model::EpisodeState::published) form.show("IS_PUBLIC");
    if (state == model::EpisodeState::scheduled) form.show("IS_SCHEDULED");
}

}  // namespace

void put_sound(Context& context, Values& values, const model::Episode& episode) {
    const auto original = context.publisher.as_handed_in(episode);
    if (!original || !original->info || episode.renditions.empty()) {
        values.show("NOTHING_TO_REDACT");
        return;
    }
    put_form(context, values, episode, *original);
    if (!episode.master->sound) {
        values.show("NO_SHAPE");
        return;
    }
    const auto analysis = publishing::read_analysis(context.store, *episode.master->sound);
    const auto waveform = publishing::read_waveform(context.store, *episode.master->sound, picture_points);
    if (!analysis || !waveform) return;
    put_shape(values, *waveform, *analysis, episode.renditions.front().duration);
    put_curve(values, analysis->curve);
}

}  // namespace earshot::web
