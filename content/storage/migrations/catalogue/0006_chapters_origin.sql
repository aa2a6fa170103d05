-- Where an episode's chapters come from: '' (there are none), 'producer', 'master' or 'notes'. What there is was typed in.
alter table episodes add column chapters_origin text not null default '';
update episodes set chapters_origin = 'producer' where chapters <> '';
