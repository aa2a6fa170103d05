-- The same sums in a tenth of the room: a row for each day of an episode, texts by number, and hours of requests for some months only.
-- `day` and `hour` count from 1970-01-01 (UTC). Counts are JSON objects, {"3":120,"7":4}; read them as the views at the end do.

CREATE TABLE episodes (
    number integer PRIMARY KEY,
    id text NOT NULL UNIQUE
);
INSERT INTO episodes (id)
SELECT episode FROM downloads UNION SELECT episode FROM requests UNION SELECT episode FROM bytes_served UNION SELECT episode FROM reach;

-- Values of the dimensions in server/analytics/dimensions.cpp, and of 'reason': what became of a request.
CREATE TABLE names (
    number integer PRIMARY KEY,
    dimension text NOT NULL,
    name text NOT NULL,
    UNIQUE (dimension, name)
);
INSERT INTO names (dimension, name)
SELECT DISTINCT dimension, value FROM downloads WHERE dimension NOT IN ('all', 'day') UNION SELECT DISTINCT 'reason', reason FROM requests;

CREATE TABLE days (
    episode integer NOT NULL,
    day integer NOT NULL,
    downloads bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,     -- of the file that reached anybody, whoever asked
    hours text NOT NULL DEFAULT '{}',    -- downloads by hour of the day
    parts text NOT NULL DEFAULT '{}',    -- downloads by `names` of the dimensions, each of which adds up to all
    requests text NOT NULL DEFAULT '{}', -- by `names` of 'reason': every request for audio exactly once
    PRIMARY KEY (episode, day)
) WITHOUT ROWID;

CREATE TABLE hours (
    episode integer NOT NULL,
    hour integer NOT NULL,
    bytes bigint NOT NULL DEFAULT 0,
    requests text NOT NULL DEFAULT '{}',
    PRIMARY KEY (episode, hour)
) WITHOUT ROWID;

INSERT INTO days (episode, day, downloads, hours)
SELECT number, hour / 86400000, cast(sum(downloads) AS bigint), json_group_object(hour % 86400000 / 3600000, downloads)
FROM downloads JOIN episodes ON id = episode WHERE dimension = 'all' AND downloads <> 0 GROUP BY 1, 2;

INSERT INTO days (episode, day, parts)
SELECT e.number, hour / 86400000, json_group_object(n.number, downloads)
FROM downloads d JOIN episodes e ON e.id = d.episode JOIN names n ON n.dimension = d.dimension AND n.name = d.value
WHERE downloads <> 0 GROUP BY 1, 2
ON CONFLICT (episode, day) DO UPDATE SET parts = excluded.parts;

INSERT INTO days (episode, day, requests)
SELECT e.number, day / 86400000, json_group_object(n.number, requests)
FROM request_days d JOIN episodes e ON e.id = d.episode JOIN names n ON n.dimension = 'reason' AND n.name = d.reason
WHERE requests <> 0 GROUP BY 1, 2
ON CONFLICT (episode, day) DO UPDATE SET requests = excluded.requests;

INSERT INTO days (episode, day, bytes)
SELECT number, hour / 86400000, cast(sum(bytes) AS bigint) FROM bytes_served JOIN episodes ON id = episode WHERE true GROUP BY 1, 2
ON CONFLICT (episode, day) DO UPDATE SET bytes = excluded.bytes;

INSERT INTO hours (episode, hour, requests)
SELECT e.number, hour / 3600000, json_group_object(n.number, requests)
FROM requests r JOIN episodes e ON e.id = r.episode JOIN names n ON n.dimension = 'reason' AND n.name = r.reason
WHERE requests <> 0 GROUP BY 1, 2;

INSERT INTO hours (episode, hour, bytes)
SELECT number, hour / 3600000, bytes FROM bytes_served JOIN episodes ON id = episode WHERE true
ON CONFLICT (episode, hour) DO UPDATE SET bytes = excluded.bytes;

-- So that totals of many days are read without the rest.
CREATE INDEX day_totals ON days (episode, day, downloads);

-- Of the listens counted as downloads on closed days: all, and how many got each of 240 equal parts of the audio.
ALTER TABLE reach RENAME TO reach_rows;
CREATE TABLE reach (
    episode integer NOT NULL,
    audio_bytes bigint NOT NULL, -- tells versions of the audio apart
    listens bigint NOT NULL,
    parts text NOT NULL,         -- by part, from 0
    PRIMARY KEY (episode, audio_bytes)
) WITHOUT ROWID;
INSERT INTO reach (episode, audio_bytes, listens, parts)
SELECT number, audio_bytes, cast(sum(CASE part WHEN -1 THEN listens ELSE 0 END) AS bigint),
       json_group_object(part, listens) FILTER (WHERE part >= 0 AND listens <> 0)
FROM reach_rows JOIN episodes ON id = episode GROUP BY 1, 2;

DROP TABLE reach_rows;
DROP TABLE downloads;
DROP TABLE requests;
DROP TABLE request_days;
DROP TABLE bytes_served;

-- For people who look into the database: a row a figure. `hour` is the start of the hour ('all') or day (the rest) in milliseconds.
CREATE VIEW downloads AS
SELECT e.id AS episode, 'all' AS dimension, (d.day * 24 + h.key) * 3600000 AS hour, '' AS value, h.value AS downloads
FROM days d JOIN episodes e ON e.number = d.episode JOIN json_each(d.hours) h
UNION ALL
SELECT e.id, n.dimension, d.day * 86400000, n.name, p.value
FROM days d JOIN episodes e ON e.number = d.episode JOIN json_each(d.parts) p JOIN names n ON n.number = p.key;

CREATE VIEW requests AS
SELECT e.id AS episode, d.day * 86400000 AS day, n.name AS reason, r.value AS requests
FROM days d JOIN episodes e ON e.number = d.episode JOIN json_each(d.requests) r JOIN names n ON n.number = r.key;
