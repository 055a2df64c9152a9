-- Devices by what they are called, and sessions with the name of theirs in place of its number.
--
-- A device is called what was said of it last by whoever had seen what was said before; where several are called so, the
-- beginning of its number stands behind it. One that nobody named is called by who writes there. One that goes on under another
-- number says which it had before: all of them are called what it is called now.
CREATE VIEW devices AS
WITH bodies AS (
    SELECT replica, scope, seq, body FROM operation_bodies WHERE kind = 'device' OR scope <> 'private'
), said AS (
    SELECT json_extract_string(body, '$.replica') AS number, body,
        TRY_CAST(json_extract_string(body, '$.revision') AS BIGINT) AS revision,
        TRY_CAST(json_extract_string(body, '$.at_ms') AS BIGINT) AS at_ms, replica AS writer
    FROM bodies WHERE scope = 'private'
), named AS (
    SELECT DISTINCT ON (number) number, json_extract_string(body, '$.name') AS name
    FROM said WHERE json_extract_string(body, '$.name') IS NOT NULL
    ORDER BY number, revision DESC, at_ms DESC, writer DESC
), forgotten AS (
    SELECT DISTINCT ON (number) number, json_extract_string(body, '$.forgotten') = 'true' AS forgotten
    FROM said WHERE json_extract_string(body, '$.forgotten') IS NOT NULL
    ORDER BY number, revision DESC, at_ms DESC, writer DESC
), was AS (
    SELECT number, unnest(from_json(json_extract_string(body, '$.was'), '["VARCHAR"]')) AS earlier
    FROM said WHERE writer = number
), later AS (
    SELECT earlier, max(number) AS number
    FROM was WHERE earlier IS NOT NULL AND number NOT IN (SELECT earlier FROM was WHERE earlier IS NOT NULL)
    GROUP BY earlier
), numbers AS (
    SELECT replica AS number, count(*) AS operations, max(received_at) AS last_at FROM operations GROUP BY replica
), device AS (
    SELECT numbers.number, coalesce(later.number, numbers.number) AS present, operations, last_at
    FROM numbers LEFT JOIN later ON later.earlier = numbers.number
), met AS (
    SELECT DISTINCT ON (number) replica AS number, 'device of ' || json_extract_string(body, '$.by') AS name
    FROM bodies WHERE scope <> 'private' AND json_extract_string(body, '$.by') <> ''
    ORDER BY number, seq DESC, scope
), called AS (
    SELECT device.number, device.present, device.operations, device.last_at,
        coalesce(now.name, old.name, met.name) AS name
    FROM device
        LEFT JOIN named AS now ON now.number = device.present
        LEFT JOIN named AS old ON old.number = device.number
        LEFT JOIN met ON met.number = device.number
), present AS (
    SELECT present, max(name) AS name FROM called GROUP BY present
), namesakes AS (
    SELECT name, count(*) AS devices FROM present GROUP BY name
), told AS (
    SELECT min(present.present) AS present, lengths.length AS length
    FROM present, (SELECT unnest(generate_series(6, 26)) AS length) AS lengths
    GROUP BY left(present.present, lengths.length), lengths.length HAVING count(*) = 1
), handle AS (
    SELECT present, min(length) AS length FROM told GROUP BY present
)
SELECT called.number,
    CASE WHEN called.name IS NULL THEN called.present
        WHEN namesakes.devices = 1 THEN called.name
        ELSE called.name || ' (' || left(called.present, coalesce(handle.length, 26)) || ')' END AS name,
    called.present AS present_number, coalesce(forgotten.forgotten, FALSE) AS forgotten, called.operations, called.last_at
FROM called
    LEFT JOIN namesakes ON namesakes.name = called.name
    LEFT JOIN handle ON handle.present = called.present
    LEFT JOIN forgotten ON forgotten.number = called.present;

CREATE OR REPLACE VIEW sessions AS
WITH told AS (
    SELECT session_id, replica, body, session,
        TRY_CAST(json_extract_string(session, '$.started') AS TIMESTAMP) AS started_at,
        TRY_CAST(json_extract_string(session, '$.ended') AS TIMESTAMP) AS ended_at,
        coalesce(TRY_CAST(json_extract_string(session, '$.tokens.input') AS BIGINT), 0) AS input_tokens,
        coalesce(TRY_CAST(json_extract_string(session, '$.tokens.output') AS BIGINT), 0) AS output_tokens,
        coalesce(TRY_CAST(json_extract_string(session, '$.tokens.cache_write_5m') AS BIGINT), 0)
            + coalesce(TRY_CAST(json_extract_string(session, '$.tokens.cache_write_1h') AS BIGINT), 0)
            AS cache_write_tokens,
        coalesce(TRY_CAST(json_extract_string(session, '$.tokens.cache_read') AS BIGINT), 0) AS cache_read_tokens
    FROM session_bodies
)
SELECT session_id, json_extract_string(session, '$.project') AS project,
    coalesce(json_extract_string(session, '$.cwd_last'), json_extract_string(session, '$.cwd_first')) AS cwd,
    CAST(started_at AS DATE) AS session_date, started_at, ended_at,
    round(TRY_CAST(json_extract_string(session, '$.active_ms') AS DOUBLE) / 60000, 2) AS duration_min,
    array_to_string(from_json(json_extract_string(session, '$.models'), '["VARCHAR"]'), ', ') AS models,
    input_tokens, output_tokens, cache_write_tokens, cache_read_tokens,
    input_tokens + output_tokens + cache_write_tokens + cache_read_tokens AS total_tokens,
    TRY_CAST(json_extract_string(session, '$.cost_nano_usd') AS DECIMAL(26, 0)) * CAST('0.000000001' AS DECIMAL(9, 9))
        AS cost_usd,
    TRY_CAST(json_extract_string(session, '$.prompts') AS INTEGER) AS message_count,
    TRY_CAST(json_extract_string(session, '$.tool_calls') AS INTEGER) AS tool_call_count,
    nullif(array_to_string(from_json(json_extract_string(session, '$.skills'), '["VARCHAR"]'), ', '), '') AS skills_used,
    json_extract_string(session, '$.branch') AS git_branch,
    json_extract_string(session, '$.versions[#-1]') AS cc_version,
    coalesce(json_extract_string(session, '$.title.text'), json_extract_string(session, '$.title')) AS title,
    coalesce(json_extract_string(body, '$.session_type'), json_extract_string(session, '$.session_type')) AS session_type,
    coalesce(json_extract_string(body, '$.author'), json_extract_string(body, '$.by')) AS created_by,
    coalesce(devices.name, told.replica) AS device, told.replica AS device_number
FROM told LEFT JOIN devices ON devices.number = told.replica;
