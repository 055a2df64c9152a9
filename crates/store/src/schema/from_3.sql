-- Version 3 knew nothing of lines that calls changed. What a file says has grown at its end by a list and a value, which are
-- empty and missing in what is stored. Files that still exist are read again: their fingerprint and time do not fit any
-- more (another bit than those that earlier steps turned).

DROP VIEW tool_calls;
ALTER TABLE tool_call_copies ADD COLUMN lines_added BIGINT;
ALTER TABLE tool_call_copies ADD COLUMN lines_removed BIGINT;
ALTER TABLE sessions ADD COLUMN lines_added BIGINT;
ALTER TABLE sessions ADD COLUMN lines_removed BIGINT;
ALTER TABLE sessions ADD COLUMN ledger_lines_added BIGINT;
ALTER TABLE sessions ADD COLUMN ledger_lines_removed BIGINT;

UPDATE files SET facts = facts || '\x00\x00'::BLOB, tail = xor(tail, 4), mtime_ns = xor(mtime_ns, 4);

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
