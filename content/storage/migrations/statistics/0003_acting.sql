-- From listening to acting. Sums only, and never joined with downloads: a follow knows neither who nor what was heard.

-- How often a call to action of a show was followed from our own pages: on which page (an episode's, '' for the show's others), at which
-- place of it, and where the link leads.
CREATE TABLE follows (
    show text NOT NULL,
    episode text NOT NULL,
    place text NOT NULL,
    link text NOT NULL,
    hour bigint NOT NULL,
    follows bigint NOT NULL,
    PRIMARY KEY (show, hour, link, episode, place)
);

-- Totals of days that staff load: calls to a hotline, reports. `series` is their own name for the column.
CREATE TABLE daily_totals (
    show text NOT NULL,
    series text NOT NULL,
    day text NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (show, series, day)
);
