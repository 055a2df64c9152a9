-- Version 5 knew a project by the last part of a path.

ALTER TABLE sessions ADD COLUMN home VARCHAR;

-- The project of each directory that sessions began in.
CREATE TABLE projects (
    directory VARCHAR NOT NULL,
    project_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    root VARCHAR NOT NULL,
    source BIGINT NOT NULL,
    label VARCHAR NOT NULL
);
