-- Whose jobs they are, in which order they go, and what they need while they run.

alter table jobs add column producer text not null default '';
alter table jobs add column priority bigint not null default 0;
alter table jobs add column audio bigint not null default 0;
alter table jobs add column reserved_bytes bigint not null default 0;
alter table jobs add column started_at bigint;
alter table jobs add column not_before bigint not null default 0;
create index jobs_by_producer on jobs (producer, started_at);

-- When it last moved: an upload on its way has its room on the disk promised, one that was left lying about has not.
alter table uploads add column updated_at bigint not null default 0;
