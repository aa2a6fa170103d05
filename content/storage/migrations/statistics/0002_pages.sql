-- What the statistics pages need to be quick, and more to say.

-- A day's total beside its hours', as a dimension of its own: 'day', at the day's first hour.
INSERT INTO downloads (episode, dimension, hour, value, downloads)
SELECT episode, 'day', hour / 86400000 * 86400000, '', cast(sum(downloads) AS bigint)
FROM downloads WHERE dimension = 'all' GROUP BY episode, hour / 86400000;

-- `requests` by day.
CREATE TABLE request_days (
    episode text NOT NULL,
    day bigint NOT NULL,
    reason text NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (episode, day, reason)
);
INSERT INTO request_days (episode, day, reason, requests)
SELECT episode, hour / 86400000 * 86400000, reason, cast(sum(requests) AS bigint)
FROM requests GROUP BY episode, hour / 86400000, reason;

-- Of the listens counted as downloads on closed days, how many got each of 240 equal parts of the audio. `part` -1 is all of them.
-- `audio_bytes` tells versions of the audio apart.
CREATE TABLE reach (
    episode text NOT NULL,
    audio_bytes bigint NOT NULL,
    part bigint NOT NULL,
    listens bigint NOT NULL,
    PRIMARY KEY (episode, audio_bytes, part)
);

-- Is the day of that journal in `reach`? It is gone soon after that.
ALTER TABLE journal_positions ADD COLUMN in_reach bigint NOT NULL DEFAULT 0;

-- What staff know of a day: "mentioned on the Today programme". `show` '' stands for all.
CREATE TABLE annotations (
    id text PRIMARY KEY,
    show text NOT NULL,
    day text NOT NULL,
    words text NOT NULL,
    who text NOT NULL,
    changed_at bigint NOT NULL
);
CREATE INDEX annotations_by_day ON annotations (day);
