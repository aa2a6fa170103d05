-- A redacted version of a recording is a master of its own: the same object, with ranges that are taken out of it (JSON, in order).
alter table masters add column original_id text references masters (id) on delete cascade;
alter table masters add column redactions text not null default '';
