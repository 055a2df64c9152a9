-- Version 4 knew nothing of the journal.

-- How far the operations of each stream of the journal are folded in.
CREATE TABLE streams (
    replica VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    seq BIGINT NOT NULL
);

-- Events of hooks, each once; from the journal.
CREATE TABLE events (
    event_id VARCHAR NOT NULL,
    event VARCHAR NOT NULL,        -- session-start, session-end, …
    session_id VARCHAR,
    made_at TIMESTAMP,
    made_by VARCHAR,               -- who worked there
    directory VARCHAR,
    transcript VARCHAR,
    detail VARCHAR                 -- how it started, why it ended
);

-- The last operation on each session, of each replica that told of it; from the journal.
CREATE TABLE session_operations (
    session_id VARCHAR NOT NULL,
    replica VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    made_at TIMESTAMP,
    state VARCHAR NOT NULL,        -- what the session came to: unlike now, it has to be told again
    author VARCHAR
);

-- Who worked in each session: whoever is told of first.
CREATE VIEW authors AS
SELECT session_id, arg_min(author, made_at) AS author
FROM (
    SELECT session_id, author, made_at FROM session_operations
    UNION ALL SELECT session_id, made_by, made_at FROM events
)
WHERE author <> '' AND session_id IS NOT NULL
GROUP BY session_id;
