-- A token's uploads are told from those of an account of the same name.
update uploads set owner = 'token:' || owner
where owner in (select name from tokens) and owner not in (select name from accounts);
