-- Operations as they are. A semicolon at the end of a line ends a statement, and stands nowhere else. Times are in UTC.
CREATE TABLE operations (
    replica VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    body BLOB NOT NULL,
    received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (replica, scope, seq)
);
