-- A transcript that a program wrote (WebVTT), until a producer accepts it; '' is none.
alter table episodes add column draft_language text not null default '';
alter table episodes add column draft_source text not null default '';
