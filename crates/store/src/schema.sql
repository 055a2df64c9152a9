-- Times are UTC. Token kinds are disjoint; thinking is part of output. Money is in trillionths of a US dollar (pico),
-- in which the cost of every request is a whole number: sums are exact.

CREATE TABLE meta (
    key VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

-- Every transcript file that was ever read. What was counted stays counted when the file is gone.
CREATE TABLE files (
    file_id BIGINT NOT NULL,
    path VARCHAR NOT NULL,
    root VARCHAR,                  -- folder that it was found under; none: somebody named it
    role VARCHAR NOT NULL,         -- session, subagent, flat-agent
    session_id VARCHAR NOT NULL,
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
    request_key VARCHAR NOT NULL,
    record_session VARCHAR NOT NULL,
    agent VARCHAR,
    uuid VARCHAR,
    api_request_id VARCHAR,
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
    request_key VARCHAR NOT NULL,
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
    uuid VARCHAR,
    api_request_id VARCHAR,
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
    tool_call_id VARCHAR NOT NULL,
    request_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    agent VARCHAR,
    made_at TIMESTAMP,
    subject VARCHAR,
    is_error BOOLEAN
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
    bool_or(c.is_error) AS is_error
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
    session_id VARCHAR NOT NULL,
    title VARCHAR,
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
    first_prompt VARCHAR,
    last_prompt VARCHAR,
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
    ledger_models VARCHAR          -- … by model, JSON
);
