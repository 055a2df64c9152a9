-- Version 1 had no kinds of subagents, no marks of sidechains and no ledgers, and a copy of every request. What a file
-- says has grown by a list at its end, which is empty in what is stored. Files that still exist are read again: their
-- fingerprint and time do not fit any more (the time by a billionth of a second, which no answer shows). The request of
-- a tool call was any of several.

DROP VIEW tool_calls;
DROP VIEW IF EXISTS session_models;
ALTER TABLE sessions ADD COLUMN ledger_nano_usd BIGINT;
ALTER TABLE sessions ADD COLUMN ledger_models VARCHAR;
ALTER TABLE requests ADD COLUMN sidechain BOOLEAN;
ALTER TABLE requests ADD COLUMN file_since TIMESTAMP;
ALTER TABLE requests ADD COLUMN sole BOOLEAN;

UPDATE requests r SET sidechain = c.sidechain, file_since = c.file_since
FROM request_copies c
WHERE c.file_id = r.file_id AND c.request_key = r.request_key;

-- copies of a gateway's request may have another key
UPDATE requests SET sidechain = false WHERE sidechain IS NULL;
UPDATE requests SET sole = false;
UPDATE files SET facts = facts || '\x00'::BLOB, tail = xor(tail, 1), mtime_ns = xor(mtime_ns, 1);

CREATE TABLE agent_type_copies (
    file_id BIGINT NOT NULL,
    agent VARCHAR NOT NULL,
    agent_type VARCHAR NOT NULL
);

CREATE VIEW agents AS
SELECT agent, min(agent_type) AS agent_type
FROM agent_type_copies
GROUP BY agent;

CREATE VIEW tellings AS
SELECT *, false AS sole FROM request_copies
UNION ALL
SELECT
    file_id, request_key, session_id, agent, uuid, api_request_id, model_written, made_at, input_tokens, output_tokens,
    cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, web_searches, 0, file_since, speed, tier, geo,
    stop_reason, sidechain, false, NULL, recorded_nano_usd, git_branch, byte_offset, true
FROM requests
WHERE sole;

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
