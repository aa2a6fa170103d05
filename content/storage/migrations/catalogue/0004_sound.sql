-- Where the waveforms, the loudness curve and the pauses of a master's renditions are kept. JSON; '' for masters that were
-- transcoded before there were any.
alter table masters add column sound text not null default '';
