-- Shows, episodes and what hangs on them; jobs, staff, uploads and the audit trail. Times are UTC milliseconds.
-- Lists that are always read and written whole (people, chapters, artwork sizes) are JSON text; '' stands for "none".

create table catalogue_revision (
    only_row  bigint primary key check (only_row = 1),
    value     bigint not null
);
insert into catalogue_revision (only_row, value) values (1, 1);

create table shows (
    id            text primary key,
    slug          text not null unique,
    podcast_guid  text not null unique,
    title         text not null,
    description   text not null,
    notice        text not null,
    language      text not null,
    author        text not null,
    owner_name    text not null,
    owner_email   text not null,
    category      text not null,
    subcategory   text not null,
    is_explicit   bigint not null,
    type          text not null,
    copyright     text not null,
    website       text not null,
    locked        bigint not null,
    people        text not null,
    actions       text not null,
    artwork       text not null,
    created_at    bigint not null,
    updated_at    bigint not null
);

-- Every GUID ever given out, so that none comes back after its episode was removed.
create table guids (
    guid        text primary key,
    episode_id  text not null
);

create table episodes (
    id                   text primary key,
    show_id              text not null references shows (id),
    guid                 text not null unique,
    slug                 text not null,
    title                text not null,
    summary              text not null,
    notes                text not null,
    type                 text not null,
    season               bigint,
    number               bigint,
    is_explicit          bigint not null,
    state                text not null check (state in ('draft', 'scheduled', 'published', 'withdrawn')),
    publish_at           bigint,
    first_public_at      bigint,
    people               text not null,
    chapters             text not null,
    transcript_type      text not null,
    transcript_language  text not null,
    transcript_source    text not null,
    artwork              text not null,
    master_id            text references masters (id),
    created_at           bigint not null,
    updated_at           bigint not null,
    unique (show_id, slug)
);
create index episodes_by_master on episodes (master_id);

create table masters (
    id                text primary key,
    episode_id        text not null references episodes (id) on delete cascade,
    object_key        text not null,
    byte_length       bigint not null,
    sha256            text not null,
    file_name         text not null,
    info              text not null,
    integrated_lufs   double precision,
    true_peak_dbtp    double precision,
    range_lu          double precision,
    uploaded_at       bigint not null
);
create index masters_by_episode on masters (episode_id);

create table renditions (
    id               text primary key,
    episode_id       text not null references episodes (id) on delete cascade,
    master_id        text not null references masters (id) on delete cascade,
    position         bigint not null,
    profile          text not null,
    codec            text not null,
    bit_rate         bigint not null,
    sample_rate      bigint not null,
    channels         bigint not null,
    url_path         text not null unique,
    essence_key      text not null,
    object_key       text not null,
    sha256           text not null,
    byte_length      bigint not null,
    mime_type        text not null,
    duration         bigint not null,
    audio_start      bigint not null,
    bytes_for_60s    bigint not null,
    integrated_lufs  double precision not null,
    true_peak_dbtp   double precision not null,
    range_lu         double precision not null,
    tag_fingerprint  text not null,
    tagged_at        bigint not null,
    unique (episode_id, profile)
);
create index renditions_by_master on renditions (master_id);

-- Every address audio was ever served at: one address means one recording in one profile, for ever.
create table media_paths (
    url_path    text primary key,
    episode_id  text not null,
    master_id   text not null,
    profile     text not null
);
create index media_paths_by_episode on media_paths (episode_id);

create table jobs (
    number         integer primary key,
    id             text not null unique,
    kind           text not null,
    episode_id     text not null references episodes (id) on delete cascade,
    master_id      text not null references masters (id) on delete cascade,
    state          text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    stage          text not null,
    progress       double precision not null,
    reason         text not null,
    attempts       bigint not null,
    interruptions  bigint not null,
    node           text not null,
    lease_until    bigint not null,
    created_at     bigint not null,
    updated_at     bigint not null
);
create index jobs_by_state on jobs (state, number);
create index jobs_by_episode on jobs (episode_id, number);
create index jobs_by_master on jobs (master_id);

create table accounts (
    id             text primary key,
    name           text not null unique,
    role           text not null,
    password_hash  text not null,
    created_at     bigint not null
);

create table sessions (
    secret_hash  text primary key,
    account_id   text not null references accounts (id) on delete cascade,
    created_at   bigint not null,
    seen_at      bigint not null
);
create index sessions_by_account on sessions (account_id);

create table tokens (
    id           text primary key,
    name         text not null unique,
    role         text not null,
    secret_hash  text not null unique,
    created_at   bigint not null,
    expires_at   bigint
);

create table uploads (
    id               text primary key,
    byte_length      bigint not null,
    byte_offset      bigint not null,
    metadata         text not null,
    file_name        text not null,
    expected_sha256  text not null,
    owner            text not null,
    object_key       text not null,
    created_at       bigint not null,
    expires_at       bigint not null
);
create index uploads_by_expiry on uploads (expires_at);

create table audit_log (
    number   bigint primary key,
    time     bigint not null,
    who      text not null,
    what     text not null,
    object   text not null,
    hash     text not null
);
-- The newest row once more, so that cutting off the end shows.
create table audit_head (
    only_row  bigint primary key check (only_row = 1),
    number    bigint not null,
    hash      text not null
);
insert into audit_head (only_row, number, hash) values (1, 0, '');

-- What never changes.

create trigger shows_fixed before update of id, slug, podcast_guid on shows
when new.id <> old.id or new.slug <> old.slug or new.podcast_guid <> old.podcast_guid
begin
    select raise(abort, 'the id, slug and podcast_guid of a show never change');
end;

create trigger episodes_fixed before update of id, show_id, guid, slug on episodes
when new.id <> old.id or new.show_id <> old.show_id or new.guid <> old.guid or new.slug <> old.slug
begin
    select raise(abort, 'the id, show, guid and slug of an episode never change');
end;

create trigger episodes_guid_once before insert on episodes
when exists (select 1 from guids where guid = new.guid)
begin
    select raise(abort, 'this guid was used before and is never given out again');
end;

create trigger episodes_guid_kept after insert on episodes
begin
    insert into guids (guid, episode_id) values (new.guid, new.id);
end;

create trigger guids_no_update before update on guids
begin
    select raise(abort, 'guids are kept for ever');
end;

create trigger guids_no_delete before delete on guids
begin
    select raise(abort, 'guids are kept for ever');
end;

create trigger episodes_public_kept before delete on episodes
when old.first_public_at is not null or old.state <> 'draft'
begin
    select raise(abort, 'an episode that was public is withdrawn, never removed');
end;

create trigger renditions_path_once before insert on renditions
when exists (select 1 from media_paths where url_path = new.url_path
             and (episode_id <> new.episode_id or master_id <> new.master_id or profile <> new.profile))
begin
    select raise(abort, 'this media address belongs to other audio');
end;

create trigger renditions_path_kept after insert on renditions
when not exists (select 1 from media_paths where url_path = new.url_path)
begin
    insert into media_paths (url_path, episode_id, master_id, profile)
    values (new.url_path, new.episode_id, new.master_id, new.profile);
end;

create trigger audit_log_no_update before update on audit_log
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_log_no_delete before delete on audit_log
begin
    select raise(abort, 'the audit log is append-only');
end;

-- What readers of snapshots look at.

create trigger shows_inserted after insert on shows begin update catalogue_revision set value = value + 1; end;
create trigger shows_updated after update on shows begin update catalogue_revision set value = value + 1; end;
create trigger shows_deleted after delete on shows begin update catalogue_revision set value = value + 1; end;
create trigger episodes_inserted after insert on episodes begin update catalogue_revision set value = value + 1; end;
create trigger episodes_updated after update on episodes begin update catalogue_revision set value = value + 1; end;
create trigger episodes_deleted after delete on episodes begin update catalogue_revision set value = value + 1; end;
create trigger masters_inserted after insert on masters begin update catalogue_revision set value = value + 1; end;
create trigger masters_updated after update on masters begin update catalogue_revision set value = value + 1; end;
create trigger masters_deleted after delete on masters begin update catalogue_revision set value = value + 1; end;
create trigger renditions_inserted after insert on renditions begin update catalogue_revision set value = value + 1; end;
create trigger renditions_updated after update on renditions begin update catalogue_revision set value = value + 1; end;
create trigger renditions_deleted after delete on renditions begin update catalogue_revision set value = value + 1; end;
