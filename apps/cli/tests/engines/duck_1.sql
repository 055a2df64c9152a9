-- Operations as they are, and views over them. A semicolon at the end of a line ends a statement, and stands nowhere else. Times are
-- in UTC.
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

-- Operations by what they say; those that others carry stand for themselves, once.
CREATE VIEW operation_bodies AS
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

-- Of everything that was said of a session, what knows most: by bytes, then by its end; of equal ones that of the smallest
-- number, as every machine counts it, and there the last.
CREATE VIEW session_bodies AS
SELECT DISTINCT ON (session_id) session_id, replica, body, session
FROM (
    SELECT json_extract_string(body, '$.id') AS session_id, replica, body,
        json_extract_string(body, '$.session') AS session
    FROM operation_bodies WHERE kind = 'session'
)
ORDER BY session_id, TRY_CAST(json_extract_string(session, '$.bytes') AS DOUBLE) DESC NULLS LAST,
    json_extract_string(session, '$.ended') DESC NULLS LAST,
    replica, TRY_CAST(json_extract_string(body, '$.at_ms') AS DOUBLE) DESC NULLS LAST;

CREATE VIEW usage_hourly AS
SELECT session_id, TRY_CAST(json_extract_string(hour, '$.hour') AS TIMESTAMP) AS hour,
    json_extract_string(hour, '$.model') AS model,
    TRY_CAST(json_extract_string(hour, '$.requests') AS BIGINT) AS requests,
    TRY_CAST(json_extract_string(hour, '$.input') AS BIGINT) AS input_tokens,
    TRY_CAST(json_extract_string(hour, '$.output') AS BIGINT) AS output_tokens,
    coalesce(TRY_CAST(json_extract_string(hour, '$.cache_write_5m') AS BIGINT), 0)
        + coalesce(TRY_CAST(json_extract_string(hour, '$.cache_write_1h') AS BIGINT), 0) AS cache_write_tokens,
    TRY_CAST(json_extract_string(hour, '$.cache_read') AS BIGINT) AS cache_read_tokens,
    TRY_CAST(json_extract_string(hour, '$.cost_pico_usd') AS DECIMAL(26, 0)) * CAST('0.000000000001' AS DECIMAL(12, 12))
        AS cost_usd
FROM (
    SELECT session_id, unnest(from_json(json_extract_string(body, '$.hours'), '["VARCHAR"]')) AS hour FROM session_bodies
);

CREATE VIEW session_models AS
SELECT session_id, model,
    CAST(sum(input_tokens) AS BIGINT) AS input_tokens,
    CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
    CAST(sum(cache_write_tokens) AS BIGINT) AS cache_write_tokens,
    CAST(sum(cache_read_tokens) AS BIGINT) AS cache_read_tokens,
    CAST(sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens) AS BIGINT) AS total_tokens,
    sum(cost_usd) AS cost_usd
FROM usage_hourly GROUP BY session_id, model;

CREATE VIEW sessions AS
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
    replica AS device
FROM told;

-- Entries as they stand: of each field the value with the greatest revision, then the latest clock, then the greatest replica.
-- Notes of all people, in the order of their times.
CREATE VIEW log_entries AS
WITH entry AS (
    SELECT scope, replica, write, body, json_extract_string(body, '$.subject') AS id,
        TRY_CAST(json_extract_string(body, '$.at_ms') AS BIGINT) AS at_ms, json_extract_string(body, '$.by') AS by_whom
    FROM operation_bodies WHERE kind = 'entry'
), named AS (
    SELECT *, unnest(json_keys(json_extract_string(body, '$.set'))) AS field FROM entry
), pointed AS (
    SELECT *, '/set/' || replace(replace(field, '~', '~0'), '/', '~1') AS place FROM named
), written AS (
    SELECT scope, id, field, json_extract_string(body, place || '/to') AS value,
        TRY_CAST(json_extract_string(body, place || '/revision') AS BIGINT) AS revision, at_ms, replica, write, by_whom
    FROM pointed
), standing AS (
    SELECT DISTINCT ON (scope, id, field) scope, id, field, value
    FROM written ORDER BY scope, id, field, revision DESC, at_ms DESC, replica DESC, write DESC NULLS FIRST
), fields AS (
    SELECT scope, id,
        max(value) FILTER (WHERE field = 'session') AS session_id, max(value) FILTER (WHERE field = 'category') AS category,
        max(value) FILTER (WHERE field = 'status') AS status, max(value) FILTER (WHERE field = 'title') AS title,
        max(value) FILTER (WHERE field = 'body') AS body, max(value) FILTER (WHERE field = 'project') AS project,
        max(value) FILTER (WHERE field = 'deleted') AS deleted
    FROM standing GROUP BY scope, id
), opened AS (
    SELECT DISTINCT ON (scope, id) scope, id, at_ms, by_whom
    FROM written WHERE field = 'title' ORDER BY scope, id, revision, at_ms, replica, write NULLS LAST
), changed AS (
    SELECT DISTINCT ON (scope, id) scope, id, at_ms, by_whom FROM entry ORDER BY scope, id, at_ms DESC, replica DESC
), listed AS (
    SELECT scope, id, at_ms, unnest(from_json(json_extract_string(body, '$.notes'), '["VARCHAR"]')) AS note FROM entry
), note AS (
    SELECT DISTINCT ON (scope, id, note_id) scope, id, json_extract_string(note, '$.id') AS note_id,
        json_extract_string(note, '$.text') AS text,
        coalesce(TRY_CAST(json_extract_string(note, '$.at_ms') AS BIGINT), at_ms) AS noted_ms
    FROM listed ORDER BY scope, id, note_id, noted_ms
), noted AS (
    SELECT scope, id, string_agg(chr(10) || '[update] ' || text, '' ORDER BY noted_ms, note_id) AS notes
    FROM note GROUP BY scope, id
)
SELECT fields.id, fields.session_id, make_timestamp(opened.at_ms * 1000) AS logged_at, fields.category, fields.status,
    fields.title, coalesce(fields.body, '') || coalesce(noted.notes, '') AS body,
    make_timestamp(changed.at_ms * 1000) AS updated_at, opened.by_whom AS created_by, changed.by_whom AS updated_by,
    fields.project
FROM fields
    JOIN opened ON opened.scope = fields.scope AND opened.id = fields.id
    JOIN changed ON changed.scope = fields.scope AND changed.id = fields.id
    LEFT JOIN noted ON noted.scope = fields.scope AND noted.id = fields.id
WHERE fields.deleted IS DISTINCT FROM 'true';
