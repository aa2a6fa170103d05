-- The newest digest of statistics for each receiver, and what became of it. Receivers are in the settings; here is a fingerprint of them.
CREATE TABLE digests (
    name text NOT NULL,
    channel text NOT NULL,
    last_day text NOT NULL,
    sent bigint NOT NULL,
    attempts bigint NOT NULL,
    problem text NOT NULL,
    tried_at bigint NOT NULL,
    PRIMARY KEY (name, channel)
);
