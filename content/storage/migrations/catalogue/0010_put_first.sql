-- Of one producer's jobs of the same priority, the one that was put there last goes first.

alter table jobs add column preference bigint not null default 0;
