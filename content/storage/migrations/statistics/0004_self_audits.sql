-- When the documented cases were replayed on this server, and what came of it. About the program, not about listeners.
CREATE TABLE self_audits (
    time bigint PRIMARY KEY,
    method text NOT NULL,
    cases bigint NOT NULL,
    requests bigint NOT NULL,
    differences text NOT NULL
);
