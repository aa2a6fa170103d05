-- Follows with their texts by number, as the other sums have them: a link is spelled out once, not in every hour.

ALTER TABLE follows RENAME TO spelled_follows;

-- What was followed: a call to action of a show, on which page (an episode's, '' for the show's others), at which place of it, and where it leads.
CREATE TABLE calls_to_action (
    number integer PRIMARY KEY,
    show text NOT NULL,
    link text NOT NULL,
    episode text NOT NULL,
    place text NOT NULL,
    UNIQUE (show, link, episode, place)
);
INSERT INTO calls_to_action (show, link, episode, place) SELECT DISTINCT show, link, episode, place FROM spelled_follows;

-- How often, in each hour since 1970-01-01 (UTC).
CREATE TABLE follows (
    call integer NOT NULL,
    hour integer NOT NULL,
    follows bigint NOT NULL,
    PRIMARY KEY (call, hour)
) WITHOUT ROWID;
INSERT INTO follows (call, hour, follows)
SELECT calls_to_action.number, spelled_follows.hour / 3600000, spelled_follows.follows FROM spelled_follows JOIN calls_to_action USING (show, link, episode, place);

DROP TABLE spelled_follows;
