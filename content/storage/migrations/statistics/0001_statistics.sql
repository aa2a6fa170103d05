-- Sums only: nothing here stands for a listener. `hour` is the UTC hour's start in milliseconds since 1970.

-- Downloads by episode, hour and dimension. The dimension 'all' (value '') is the total; the others are the rows of
-- server/analytics/dimensions.cpp, and the values of one dimension add up to 'all'.
CREATE TABLE downloads (
    episode text NOT NULL,
    dimension text NOT NULL,
    hour bigint NOT NULL,
    value text NOT NULL,
    downloads bigint NOT NULL,
    PRIMARY KEY (episode, dimension, hour, value)
);

-- Every request for audio exactly once: 'counted' or the reason why it was not.
CREATE TABLE requests (
    episode text NOT NULL,
    hour bigint NOT NULL,
    reason text NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (episode, hour, reason)
);

-- Bytes of the file that reached anybody, whoever asked.
CREATE TABLE bytes_served (
    episode text NOT NULL,
    hour bigint NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (episode, hour)
);

-- How much of a day's journal (kept in RAM-backed files only) is in the sums above. Written in the same transaction as they are;
-- gone when the day's journal is. `journal` is that file's random name for itself.
CREATE TABLE journal_positions (
    journal text PRIMARY KEY,
    day text NOT NULL,
    position bigint NOT NULL
);
