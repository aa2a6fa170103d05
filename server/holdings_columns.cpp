// Every column of the two databases, by what it is for.

#include "server/holdings.hpp"

namespace earshot::app {

namespace {

using enum About;

constexpr std::string_view for_good = "kept for good";
constexpr std::string_view while_shown = "as long as the show exists";
constexpr std::string_view with_episode = "as long as the episode exists; one that was public is never removed";
constexpr std::string_view always = "as long as the database exists";

constexpr ColumnsHeld table[] = {
    {"catalogue.db",
     "shows",
     "id slug podcast_guid title description notice language category subcategory is_explicit type copyright website locked actions "
     "time_zone topics "
     "created_at updated_at",
     {nobody, "what a show is called and says, the links it asks people to use", "to publish it", while_shown}},
    {"catalogue.db",
     "shows",
     "author owner_name owner_email",
     {staff, "who publishes the show, as directories ask for it; a role's name and address serve best", "the feed names an owner",
      while_shown}},
    {"catalogue.db",
     "shows",
     "people",
     {contributors, "credits of the show: names, roles, pictures, links", "to credit them; it is public", while_shown}},
    {"catalogue.db",
     "shows",
     "artwork",
     {staff, "the cover's sizes and words, and what the file handed in said: perhaps a camera's owner or a place; never published",
      "so that staff know what their file gives away", while_shown}},
    {"catalogue.db",
     "guids",
     "guid episode_id",
     {nobody, "every episode's identity that was ever given out", "so that none comes back as something else", for_good}},
    {"catalogue.db",
     "episodes",
     "id show_id guid slug title summary notes type season number is_explicit state publish_at first_public_at chapters chapters_origin "
     "transcript_type transcript_language draft_language master_id created_at updated_at",
     {nobody, "what an episode is called and says, and when it is public", "to publish it", with_episode}},
    {"catalogue.db",
     "episodes",
     "people transcript_source",
     {contributors, "credits and transcript: names, roles, what was said", "to credit speakers and to be read; it is public",
      with_episode}},
    {"catalogue.db",
     "episodes",
     "draft_source",
     {contributors, "a draft of the transcript, written by a program of the operators: what was said",
      "for staff to mend and accept; never public", "until it is accepted, thrown away or the recording replaced"}},
    {"catalogue.db",
     "episodes",
     "artwork",
     {staff, "the cover's sizes and words, and what the file handed in said, as for a show", "as for a show", with_episode}},
    {"catalogue.db",
     "masters",
     "id episode_id original_id object_key byte_length sha256 integrated_lufs true_peak_dbtp range_lu sound redactions uploaded_at",
     {nobody, "which recording was handed in, how loud it is, and which stretches of it nobody is to hear", "to make the files people hear",
      with_episode}},
    {"catalogue.db",
     "masters",
     "file_name info",
     {staff, "the recording's file name and the tags inside, which may name a studio or an editor; never published",
      "so that staff recognise their file", with_episode}},
    {"catalogue.db",
     "renditions",
     "id episode_id master_id position profile codec bit_rate sample_rate channels url_path essence_key object_key sha256 byte_length "
     "mime_type duration audio_start bytes_for_60s integrated_lufs true_peak_dbtp range_lu tag_fingerprint tagged_at",
     {nobody, "the files made of a recording", "to deliver them and to know what makes a minute", with_episode}},
    {"catalogue.db",
     "media_paths",
     "url_path episode_id master_id profile",
     {nobody, "every address audio was ever served at", "so that one address means one recording", for_good}},
    {"catalogue.db",
     "jobs",
     "number id kind episode_id master_id state stage progress reason attempts interruptions node lease_until priority audio "
     "reserved_bytes started_at not_before created_at updated_at",
     {nobody, "work on recordings and how it ended", "to finish it after a restart", with_episode}},
    {"catalogue.db", "jobs", "producer", {staff, "who handed the recording in", "so that producers take turns", with_episode}},
    {"catalogue.db",
     "accounts",
     "id name role password_hash created_at",
     {staff, "who may sign in; the password as Argon2id only", "to let staff in and nobody else", "until `earshot account remove`"}},
    {"catalogue.db",
     "sessions",
     "secret_hash account_id created_at seen_at",
     {staff, "who is signed in and since when; the secret as a hash only", "so that staff need not sign in on every page",
      "30 minutes without use, at most 12 hours; removed at sign-out or the next sign-in"}},
    {"catalogue.db",
     "tokens",
     "id name role secret_hash created_at expires_at",
     {staff, "programs that may use the API; the secret as a hash only", "to let them in and nobody else", "until `earshot token revoke`"}},
    {"catalogue.db",
     "uploads",
     "id byte_length byte_offset metadata file_name expected_sha256 owner object_key created_at updated_at expires_at",
     {staff, "recordings on their way: whose, what file, how far", "to go on with an upload that broke off",
      "7 days after the last byte (`uploads.expire_after`)"}},
    {"catalogue.db",
     "audit_log",
     "number time who what object hash",
     {staff, "who changed, published or exported what; never a listener", "so that misuse can be found, also by those whom it concerns",
      for_good}},
    {"catalogue.db",
     "audit_head",
     "only_row number hash",
     {nobody, "the audit log's newest row once more", "so that cutting it shows", always}},
    {"catalogue.db",
     "catalogue_revision",
     "only_row value",
     {nobody, "a counter of changes", "so that pages know when they are old", always}},
    {"catalogue.db", "schema_migrations", "number name applied_at", {nobody, "the database's own version", "to take it forward", always}},

    {"statistics.db",
     "downloads",
     "episode dimension hour value downloads",
     {everybody,
      "sums: downloads by episode and hour or day, and by episode, day and one of app, kind of program, kind of device, country, embedding "
      "site, "
      "rendition; names come from our lists only",
      "to know how many were reached", for_good}},
    {"statistics.db",
     "requests",
     "episode hour reason requests",
     {everybody, "sums: requests by episode, hour and why they were or were not counted", "so that a figure can be defended", for_good}},
    {"statistics.db", "bytes_served", "episode hour bytes", {everybody, "sums: bytes by episode and hour", "to plan capacity", for_good}},
    {"statistics.db", "request_days", "episode day reason requests", {everybody, "the same by day", "so that pages are quick", for_good}},
    {"statistics.db",
     "reach",
     "episode audio_bytes part listens",
     {everybody, "sums: of an episode's downloads on days that are over, how many got each of 240 parts of its audio",
      "to know how far episodes and their chapters were delivered", for_good}},
    {"statistics.db",
     "annotations",
     "id show day words who changed_at",
     {staff, "what staff note beside a day's figures, and who did", "so that a rise or a fall can be explained", "until they delete it"}},
    {"statistics.db",
     "journal_positions",
     "journal day position in_reach",
     {nobody, "how much of a day's journal is in the sums", "so that kill -9 loses and doubles nothing", "the day and ten minutes"}},
    {"statistics.db",
     "follows",
     "show episode place link hour follows",
     {everybody, "sums: calls to action followed on our own pages, by show, episode or other page, place on the page, link and hour",
      "to know how many went on to act", for_good}},
    {"statistics.db",
     "daily_totals",
     "show series day total",
     {everybody, "sums that staff load: calls to a hotline, reports, by day", "to see them beside listening", for_good}},
    {"statistics.db",
     "self_audits",
     "time method cases requests differences",
     {nobody, "when this server replayed the documented cases of counting, and what came of it",
      "so that staff can say when it was checked", "the last 100"}},
    {"statistics.db", "schema_migrations", "number name applied_at", {nobody, "the database's own version", "to take it forward", always}},
};

}  // namespace

std::span<const ColumnsHeld> columns_held() {
    return table;
}

}  // namespace earshot::app
