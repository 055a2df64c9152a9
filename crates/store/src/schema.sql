-- Times are UTC. Token kinds are disjoint; thinking is part of output. Money is in trillionths of a US dollar (pico),
-- in which the cost of every request is a whole number: sums are exact. Columns whose texts hardly repeat are not
-- compressed: the engine would weigh it with every commit, and find nothing to save.

CREATE TABLE meta (
    key VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

-- Every transcript file that was ever read. What was counted stays counted when the file is gone.
CREATE TABLE files (
    file_id BIGINT NOT NULL,
    path VARCHAR USING COMPRESSION uncompressed NOT NULL,
    root VARCHAR,                  -- folder that it was found under; none: somebody named it
    role VARCHAR NOT NULL,         -- session, subagent, flat-agent
    session_id VARCHAR USING COMPRESSION uncompressed NOT NULL,
    agent VARCHAR,
    size BIGINT NOT NULL,          -- bytes, at the last scan
    mtime_ns BIGINT NOT NULL,      -- nanoseconds since 1970, at the last scan
    read_to BIGINT NOT NULL,       -- bytes that were understood
    head BIGINT,                   -- fingerprint of its first bytes
    tail BIGINT NOT NULL,          -- fingerprint of the bytes before read_to
    revision BIGINT NOT NULL,      -- how often this row was written
    present BOOLEAN NOT NULL,
    problems BIGINT NOT NULL,
    facts BLOB NOT NULL            -- what the file says, to go on from read_to
);

-- One row per file and request: forks, resumed copies and subagent files tell the same request again. Nearly all
-- requests are told once and plainly: those stand in `requests` alone.
CREATE TABLE request_copies (
    file_id BIGINT NOT NULL,
    request_key VARCHAR USING COMPRESSION uncompressed NOT NULL,
    record_session VARCHAR NOT NULL,
    agent VARCHAR,
    uuid VARCHAR USING COMPRESSION uncompressed,
    api_request_id VARCHAR USING COMPRESSION uncompressed,
    model VARCHAR NOT NULL,
    made_at TIMESTAMP,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cache_write_5m_tokens BIGINT NOT NULL,
    cache_write_1h_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    line_searches BIGINT NOT NULL, -- web searches that the line itself reports
    tool_searches BIGINT NOT NULL, -- … and the results of its WebSearch calls
    file_since TIMESTAMP,          -- first line of the file that is not marked as a copy
    speed VARCHAR,
    tier VARCHAR,
    geo VARCHAR,
    stop_reason VARCHAR,
    sidechain BOOLEAN NOT NULL,
    forked BOOLEAN NOT NULL,
    parts VARCHAR,                 -- JSON
    recorded_nano_usd BIGINT,
    git_branch VARCHAR,
    byte_offset BIGINT NOT NULL
);

-- One row per request of the API, each counted once over all files: the fact table.
CREATE TABLE requests (
    request_key VARCHAR USING COMPRESSION uncompressed NOT NULL,
    session_id VARCHAR NOT NULL,
    agent VARCHAR,                 -- subagent that made it
    model VARCHAR NOT NULL,        -- as the price table names it
    model_written VARCHAR NOT NULL,
    made_at TIMESTAMP,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cache_write_5m_tokens BIGINT NOT NULL,
    cache_write_1h_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    web_searches BIGINT NOT NULL,
    speed VARCHAR,
    tier VARCHAR,
    geo VARCHAR,
    stop_reason VARCHAR,
    incomplete BOOLEAN NOT NULL,   -- no stop reason: the figures are a lower bound
    cost_pico_usd BIGINT,          -- none: a model in it has no price
    unknown_models VARCHAR,        -- those models, separated by commas
    recorded_nano_usd BIGINT,      -- what an old client noted itself
    parts VARCHAR,                 -- JSON: what is billed beside or in place of the top level
    git_branch VARCHAR,
    uuid VARCHAR USING COMPRESSION uncompressed,
    api_request_id VARCHAR USING COMPRESSION uncompressed,
    file_id BIGINT NOT NULL,       -- where it stands
    byte_offset BIGINT NOT NULL,
    shared BOOLEAN NOT NULL,       -- whether files of several sessions tell it
    sidechain BOOLEAN,             -- whether a subagent made it, named or not
    file_since TIMESTAMP,          -- as in request_copies
    sole BOOLEAN                   -- whether this row is also the only copy: request_copies has none then
);

-- What each file tells of each request: the copies, and the requests of which there is one copy only.
CREATE VIEW tellings AS
SELECT *, false AS sole FROM request_copies
UNION ALL
SELECT
    file_id, request_key, session_id, agent, uuid, api_request_id, model_written, made_at, input_tokens, output_tokens,
    cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, web_searches, 0, file_since, speed, tier, geo,
    stop_reason, sidechain, false, NULL, recorded_nano_usd, git_branch, byte_offset, true
FROM requests
WHERE sole;

CREATE TABLE tool_call_copies (
    file_id BIGINT NOT NULL,
    tool_call_id VARCHAR USING COMPRESSION uncompressed NOT NULL,
    request_key VARCHAR USING COMPRESSION uncompressed NOT NULL,
    name VARCHAR NOT NULL,
    agent VARCHAR,
    made_at TIMESTAMP,
    subject VARCHAR,
    is_error BOOLEAN,
    lines_added BIGINT,            -- in files; none: it changed no file, or did not succeed for all that is known
    lines_removed BIGINT
);

-- One row per tool call.
CREATE VIEW tool_calls AS
SELECT
    c.tool_call_id,
    coalesce(min(r.request_key), min(c.request_key)) AS request_key,
    coalesce(min(r.session_id), min(f.session_id)) AS session_id,
    min(c.name) AS name,
    min(c.agent) AS agent,
    min(c.made_at) AS made_at,
    min(c.subject) AS subject,
    bool_or(c.is_error) AS is_error,
    max(c.lines_added) AS lines_added,
    max(c.lines_removed) AS lines_removed
FROM tool_call_copies c
JOIN files f USING (file_id)
LEFT JOIN requests r USING (request_key)
GROUP BY c.tool_call_id;

-- What the subagents are that a file tells of.
CREATE TABLE agent_type_copies (
    file_id BIGINT NOT NULL,
    agent VARCHAR NOT NULL,
    agent_type VARCHAR NOT NULL
);

-- One row per subagent whose kind is known.
CREATE VIEW agents AS
SELECT agent, min(agent_type) AS agent_type
FROM agent_type_copies
GROUP BY agent;

CREATE TABLE sessions (
    session_id VARCHAR USING COMPRESSION uncompressed NOT NULL,
    title VARCHAR USING COMPRESSION uncompressed,
    title_source VARCHAR,          -- custom, ai, summary, first-prompt
    project VARCHAR,
    cwd_first VARCHAR,
    cwd_last VARCHAR,
    git_branch VARCHAR,
    entrypoint VARCHAR,
    started_at TIMESTAMP,
    ended_at TIMESTAMP,
    active_ms BIGINT NOT NULL,     -- without gaps over five minutes
    prompts BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    tool_calls BIGINT NOT NULL,
    subagents BIGINT NOT NULL,
    problems BIGINT NOT NULL,
    parent_session_id VARCHAR,
    first_prompt VARCHAR USING COMPRESSION uncompressed,
    last_prompt VARCHAR USING COMPRESSION uncompressed,
    versions VARCHAR[] NOT NULL,
    models VARCHAR[] NOT NULL,
    skills VARCHAR[] NOT NULL,
    files_touched VARCHAR[] NOT NULL,
    pr_links VARCHAR[] NOT NULL,
    requests BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cache_write_5m_tokens BIGINT NOT NULL,
    cache_write_1h_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    total_tokens BIGINT NOT NULL,
    cost_pico_usd BIGINT NOT NULL, -- sum of the known costs
    unknown_cost_requests BIGINT NOT NULL,
    incomplete_requests BIGINT NOT NULL,
    transcript VARCHAR,            -- its own file, if it still exists
    root VARCHAR,
    bytes BIGINT NOT NULL,
    modified_at TIMESTAMP,
    ledger_nano_usd BIGINT,        -- the client's own running total; a fork carries on that of its original
    ledger_models VARCHAR,         -- … by model, JSON
    lines_added BIGINT,            -- by the calls of its requests, subagents included
    lines_removed BIGINT,
    ledger_lines_added BIGINT,     -- the client's own count, as ledger_nano_usd
    ledger_lines_removed BIGINT,
    home VARCHAR                   -- directory that its project is that of; of another machine: with its replica before it
);

-- The project of each directory that sessions began in.
CREATE TABLE projects (
    directory VARCHAR NOT NULL,    -- sessions.home
    project_key VARCHAR NOT NULL,  -- what tells it from others
    name VARCHAR NOT NULL,
    root VARCHAR NOT NULL,         -- the directory that the key came from
    source BIGINT NOT NULL,        -- 0: guessed from the path, 1: the journal told it, 2: seen on the disk
    label VARCHAR NOT NULL         -- what it is called where all are listed: no two projects have the same
);

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
