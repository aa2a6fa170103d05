-- What statistics need to know of a show: whose clock its people go by ('' is UTC), and what its chapters speak to, a topic a line.
alter table shows add column time_zone text not null default '';
alter table shows add column topics text not null default '';
