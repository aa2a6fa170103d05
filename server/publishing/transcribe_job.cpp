#include "server/publishing/transcribe_job.hpp"

#include "server/publishing/editing.hpp"

namespace earshot::publishing {

namespace {

constexpr std::string_view language_mark = "{language}";

std::vector<std::string> command_for(const std::vector<std::string>& configured, const std::string& language) {
    std::vector<std::string> command = configured;
    for (std::string& word : command)
        for (auto at = word.find(language_mark); at != std::string::npos; at = word.find(language_mark, at + language.size()))
            word.replace(at, language_mark.size(), language);
    return command;
}

model::Status no_draft(model::Errc code, std::string sentence) {
    return model::fail(code, std::move(sentence));
}

}  // namespace

WorkerPool::Outcome<void> run_transcribe_job(Publisher::Rooms& rooms, const config::Settings& settings, const model::Job& job,
                                             JobPulse& pulse) {
    if (settings.transcribe.command.empty())
        return no_draft(model::Errc::conflict, "This server writes no drafts of transcripts any more. Hand in a transcript.");
    const auto episode = rooms.catalogue.find_episode(job.episode);
    const auto show = episode ? rooms.catalogue.find_show(episode->show) : std::nullopt;
    if (!show || episode->renditions.empty() || episode->renditions.front().master != job.master)
        return no_draft(model::Errc::conflict, "The episode has another recording by now.");
    const model::Rendition& main = episode->renditions.front();
    const auto audio = rooms.store.open(main.object_key);
    if (!audio) return model::Status(std::unexpected(audio.error()));
    const auto written = rooms.workers.transcribe((*audio)->descriptor(), command_for(settings.transcribe.command, show->language),
                                                  settings.transcribe.deadline, [&] { return pulse.show("transcribing", 0); });
    if (!written) return std::unexpected(written.error());
    if (!*written) return model::Status(std::unexpected(written->error()));
    auto draft = read_transcript(**written, show->language, main.duration);
    if (!draft)
        return no_draft(model::Errc::unprocessable,
                        "What the program for drafts wrote is no transcript of this recording. " + draft.error().message);
    return rooms.catalogue.set_transcript_draft(job, *draft);
}

}  // namespace earshot::publishing
