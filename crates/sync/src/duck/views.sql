-- Views over the operations, for people who ask in SQL. A body may say anything: what is no number or no time where one
-- belongs is null, so that nobody's operation keeps others from asking. A semicolon at the end of a line ends a statement, and
-- stands nowhere else. Times are in UTC.

-- Operations by what they say; those that others carry stand for themselves, once.
CREATE OR REPLACE VIEW operation_bodies AS
WITH read AS (
    SELECT replica, scope, seq, hash, TRY(decode(body)) AS body FROM operations
), said AS (
    SELECT replica, scope, seq, hash, CASE WHEN json_valid(body) THEN body END AS body FROM read
), named AS (
    SELECT *, json_extract_string(body, '$.kind') AS kind, json_extract_string(body, '$.stream') AS stream FROM said
), told AS (
    SELECT replica, scope, seq, lower(hex(hash)) AS write, body FROM named WHERE kind IS DISTINCT FROM 'copy'
    UNION ALL
    SELECT split_part(stream, '/', 1), scope, TRY_CAST(json_extract_string(body, '$.seq') AS BIGINT), NULL,
        CASE WHEN json_valid(json_extract_string(body, '$.body')) THEN json_extract_string(body, '$.body') END
    FROM named WHERE kind = 'copy' AND substr(stream, strpos(stream, '/') + 1) = scope
)
SELECT replica, scope, seq, write, body, json_extract_string(body, '$.kind') AS kind FROM told WHERE body IS NOT NULL;

-- Of everything that was said of a session, what knows most of its transcript; of equal ones that of the smallest number, as
-- every machine counts it, and there the last.
CREATE OR REPLACE VIEW session_bodies AS
WITH told AS (
    SELECT json_extract_string(body, '$.id') AS session_id, replica, seq, body, json_extract(body, '$.session') AS session
    FROM operation_bodies WHERE kind = 'session' AND scope = 'private'
), file AS (
    SELECT replica, seq, unnest(from_json(json_extract(body, '$.files'), '["JSON"]')) AS file FROM told
), known AS (
    SELECT replica, seq, max(TRY_CAST(json_extract_string(file, '$.read_to') AS DECIMAL(26, 0))) AS known_to
    FROM file WHERE json_extract_string(file, '$.role') = 'session' GROUP BY replica, seq
)
SELECT DISTINCT ON (session_id) session_id, told.replica, body, CAST(session AS VARCHAR) AS session
FROM told LEFT JOIN known ON known.replica = told.replica AND known.seq = told.seq
ORDER BY session_id, known_to DESC NULLS LAST, told.replica, told.seq DESC;

CREATE OR REPLACE VIEW usage_hourly AS
SELECT session_id,
    CASE WHEN json_extract_string(hour, '$.hour') LIKE '____-__-__T%Z'
        THEN TRY_CAST(json_extract_string(hour, '$.hour') AS TIMESTAMP) END AS hour,
    json_extract_string(hour, '$.model') AS model,
    CAST(TRY_CAST(json_extract_string(hour, '$.requests') AS DECIMAL(12, 0)) AS BIGINT) AS requests,
    CAST(TRY_CAST(json_extract_string(hour, '$.input') AS DECIMAL(12, 0)) AS BIGINT) AS input_tokens,
    CAST(TRY_CAST(json_extract_string(hour, '$.output') AS DECIMAL(12, 0)) AS BIGINT) AS output_tokens,
    coalesce(CAST(TRY_CAST(json_extract_string(hour, '$.cache_write_5m') AS DECIMAL(12, 0)) AS BIGINT), 0)
        + coalesce(CAST(TRY_CAST(json_extract_string(hour, '$.cache_write_1h') AS DECIMAL(12, 0)) AS BIGINT), 0)
        AS cache_write_tokens,
    CAST(TRY_CAST(json_extract_string(hour, '$.cache_read') AS DECIMAL(12, 0)) AS BIGINT) AS cache_read_tokens,
    TRY_CAST(json_extract_string(hour, '$.cost_pico_usd') AS DECIMAL(26, 0)) * CAST('0.000000000001' AS DECIMAL(12, 12))
        AS cost_usd
FROM (
    SELECT session_id, unnest(from_json(json_extract(body, '$.hours'), '["JSON"]')) AS hour FROM session_bodies
);

CREATE OR REPLACE VIEW session_models AS
SELECT session_id, model,
    CAST(sum(input_tokens) AS BIGINT) AS input_tokens,
    CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
    CAST(sum(cache_write_tokens) AS BIGINT) AS cache_write_tokens,
    CAST(sum(cache_read_tokens) AS BIGINT) AS cache_read_tokens,
    CAST(sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens) AS BIGINT) AS total_tokens,
    sum(cost_usd) AS cost_usd
FROM usage_hourly GROUP BY session_id, model;

-- Devices by what they are called.
--
-- A device is called what was said of it last by whoever had seen what was said before; where several are called so, the
-- beginning of its number stands behind it. One that nobody named is called by who writes there. One that goes on under another
-- number says which it had before, of which the last word counts: all of them are called what it is called now.
CREATE OR REPLACE VIEW devices AS
WITH bodies AS (
    SELECT replica, scope, seq, body FROM operation_bodies WHERE kind = 'device' OR scope <> 'private'
), said AS (
    SELECT json_extract_string(body, '$.replica') AS number, body, seq,
        TRY_CAST(json_extract_string(body, '$.revision') AS BIGINT) AS revision,
        TRY_CAST(json_extract_string(body, '$.at_ms') AS BIGINT) AS at_ms, replica AS writer
    FROM bodies WHERE scope = 'private'
), named AS (
    SELECT DISTINCT ON (number) number, json_extract_string(body, '$.name') AS name
    FROM said WHERE json_extract_string(body, '$.name') IS NOT NULL
    ORDER BY number, revision DESC NULLS LAST, at_ms DESC NULLS LAST, writer DESC, seq
), forgotten AS (
    SELECT DISTINCT ON (number) number, json_extract_string(body, '$.forgotten') = 'true' AS forgotten
    FROM said WHERE json_extract_string(body, '$.forgotten') IS NOT NULL
    ORDER BY number, revision DESC NULLS LAST, at_ms DESC NULLS LAST, writer DESC, seq
), claim AS (
    SELECT DISTINCT ON (number) number, from_json(json_extract(body, '$.was'), '["VARCHAR"]') AS earlier
    FROM said WHERE json_type(body, '$.was') = 'ARRAY' AND writer = number
    ORDER BY number, revision DESC NULLS LAST, at_ms DESC NULLS LAST, seq
), was AS (
    SELECT number, unnest(earlier) AS earlier FROM claim
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
        CASE WHEN json_extract_string(session, '$.started') LIKE '____-__-__T%Z'
            THEN TRY_CAST(json_extract_string(session, '$.started') AS TIMESTAMP) END AS started_at,
        CASE WHEN json_extract_string(session, '$.ended') LIKE '____-__-__T%Z'
            THEN TRY_CAST(json_extract_string(session, '$.ended') AS TIMESTAMP) END AS ended_at,
        coalesce(CAST(TRY_CAST(json_extract_string(session, '$.tokens.input') AS DECIMAL(12, 0)) AS BIGINT), 0)
            AS input_tokens,
        coalesce(CAST(TRY_CAST(json_extract_string(session, '$.tokens.output') AS DECIMAL(12, 0)) AS BIGINT), 0)
            AS output_tokens,
        coalesce(CAST(TRY_CAST(json_extract_string(session, '$.tokens.cache_write_5m') AS DECIMAL(12, 0)) AS BIGINT), 0)
            + coalesce(CAST(TRY_CAST(json_extract_string(session, '$.tokens.cache_write_1h') AS DECIMAL(12, 0)) AS BIGINT), 0)
            AS cache_write_tokens,
        coalesce(CAST(TRY_CAST(json_extract_string(session, '$.tokens.cache_read') AS DECIMAL(12, 0)) AS BIGINT), 0)
            AS cache_read_tokens
    FROM session_bodies
)
SELECT session_id, json_extract_string(session, '$.project') AS project,
    coalesce(json_extract_string(session, '$.cwd_last'), json_extract_string(session, '$.cwd_first')) AS cwd,
    CAST(started_at AS DATE) AS session_date, started_at, ended_at,
    round(TRY_CAST(json_extract_string(session, '$.active_ms') AS DOUBLE) / 60000, 2) AS duration_min,
    array_to_string(from_json(json_extract(session, '$.models'), '["VARCHAR"]'), ', ') AS models,
    input_tokens, output_tokens, cache_write_tokens, cache_read_tokens,
    input_tokens + output_tokens + cache_write_tokens + cache_read_tokens AS total_tokens,
    TRY_CAST(json_extract_string(session, '$.cost_nano_usd') AS DECIMAL(26, 0)) * CAST('0.000000001' AS DECIMAL(9, 9))
        AS cost_usd,
    TRY_CAST(json_extract_string(session, '$.prompts') AS INTEGER) AS message_count,
    TRY_CAST(json_extract_string(session, '$.tool_calls') AS INTEGER) AS tool_call_count,
    nullif(array_to_string(from_json(json_extract(session, '$.skills'), '["VARCHAR"]'), ', '), '') AS skills_used,
    json_extract_string(session, '$.branch') AS git_branch,
    json_extract_string(session, '$.versions[#-1]') AS cc_version,
    coalesce(json_extract_string(session, '$.title.text'), json_extract_string(session, '$.title')) AS title,
    coalesce(json_extract_string(body, '$.session_type'), json_extract_string(session, '$.session_type')) AS session_type,
    coalesce(json_extract_string(body, '$.author'), json_extract_string(body, '$.by')) AS created_by,
    coalesce(devices.name, told.replica) AS device, told.replica AS device_number
FROM told LEFT JOIN devices ON devices.number = told.replica;

-- Entries as they stand: of each field the value with the greatest revision, then the latest clock, then the greatest replica.
-- Notes of all people, in the order of their times.
CREATE OR REPLACE VIEW log_entries AS
WITH entry AS (
    SELECT scope, replica, write, body, json_extract_string(body, '$.subject') AS id,
        TRY_CAST(json_extract_string(body, '$.at_ms') AS BIGINT) AS at_ms, json_extract_string(body, '$.by') AS by_whom
    FROM operation_bodies WHERE kind = 'entry'
), named AS (
    SELECT *, unnest(json_keys(json_extract(body, '$.set'))) AS field FROM entry
), pointed AS (
    SELECT *, '/set/' || replace(replace(field, '~', '~0'), '/', '~1') AS place FROM named
), written AS (
    SELECT scope, id, field, json_extract_string(body, place || '/to') AS value,
        TRY_CAST(json_extract_string(body, place || '/revision') AS BIGINT) AS revision, at_ms, replica, write, by_whom
    FROM pointed
), standing AS (
    SELECT DISTINCT ON (scope, id, field) scope, id, field, value
    FROM written
    ORDER BY scope, id, field, revision DESC NULLS LAST, at_ms DESC NULLS LAST, replica DESC, write DESC NULLS FIRST
), fields AS (
    SELECT scope, id,
        max(value) FILTER (WHERE field = 'session') AS session_id, max(value) FILTER (WHERE field = 'category') AS category,
        max(value) FILTER (WHERE field = 'status') AS status, max(value) FILTER (WHERE field = 'title') AS title,
        max(value) FILTER (WHERE field = 'body') AS body, max(value) FILTER (WHERE field = 'project') AS project,
        max(value) FILTER (WHERE field = 'deleted') AS deleted
    FROM standing GROUP BY scope, id
), opened AS (
    SELECT DISTINCT ON (scope, id) scope, id, at_ms, by_whom
    FROM written WHERE field = 'title'
    ORDER BY scope, id, revision NULLS LAST, at_ms NULLS LAST, replica, write NULLS LAST
), changed AS (
    SELECT DISTINCT ON (scope, id) scope, id, at_ms, by_whom
    FROM entry ORDER BY scope, id, at_ms DESC NULLS LAST, replica DESC
), listed AS (
    SELECT scope, id, at_ms, unnest(from_json(json_extract(body, '$.notes'), '["JSON"]')) AS note FROM entry
), note AS (
    SELECT DISTINCT ON (scope, id, note_id) scope, id, json_extract_string(note, '$.id') AS note_id,
        json_extract_string(note, '$.text') AS text,
        coalesce(TRY_CAST(json_extract_string(note, '$.at_ms') AS BIGINT), at_ms) AS noted_ms
    FROM listed ORDER BY scope, id, note_id, noted_ms
), noted AS (
    SELECT scope, id, string_agg(chr(10) || '[update] ' || text, '' ORDER BY noted_ms, note_id) AS notes
    FROM note GROUP BY scope, id
)
SELECT fields.id, fields.session_id,
    CASE WHEN opened.at_ms BETWEEN -62135596800000 AND 253402300799999
        THEN make_timestamp(opened.at_ms * 1000) END AS logged_at,
    fields.category, fields.status, fields.title, coalesce(fields.body, '') || coalesce(noted.notes, '') AS body,
    CASE WHEN changed.at_ms BETWEEN -62135596800000 AND 253402300799999
        THEN make_timestamp(changed.at_ms * 1000) END AS updated_at,
    opened.by_whom AS created_by, changed.by_whom AS updated_by, fields.project
FROM fields
    JOIN opened ON opened.scope = fields.scope AND opened.id = fields.id
    JOIN changed ON changed.scope = fields.scope AND changed.id = fields.id
    LEFT JOIN noted ON noted.scope = fields.scope AND noted.id = fields.id
WHERE fields.deleted IS DISTINCT FROM 'true';
