-- Operations as they are. Nothing is ever updated or deleted; bodies are bytes, because a database that rewrites them breaks
-- their hashes.
create table operations (
    replica text collate "C" not null,
    scope text collate "C" not null,
    seq bigint not null check (seq > 0),
    prev bytea not null,
    hash bytea not null,
    body bytea not null,
    owner name not null default current_user,
    received_at timestamptz not null default now(),
    primary key (replica, scope, seq)
);

-- What a body says; nothing where it is no JSON.
create function operation_body(body bytea) returns jsonb language plpgsql immutable strict parallel safe as $$
begin
    return convert_from(body, 'UTF8')::jsonb;
exception when others then
    return null;
end $$;

-- Operations by what they say; those that others carry stand for themselves, once.
create view operation_bodies as
with said as (
    select replica, scope, seq, hash, operation_body(body) as body from operations
), told as (
    select replica, scope, seq, encode(hash, 'hex') as write, body from said where body ->> 'kind' is distinct from 'copy'
    union all
    select split_part(body ->> 'stream', '/', 1), scope, (body ->> 'seq')::bigint, null,
        operation_body(convert_to(body ->> 'body', 'UTF8'))
    from said
    where body ->> 'kind' = 'copy' and substr(body ->> 'stream', strpos(body ->> 'stream', '/') + 1) = scope
)
select replica, scope, seq, write, body from told where body is not null;

-- Of everything that was said of a session, what knows most: by bytes, then by its end; of equal ones that of the smallest
-- number, as every machine counts it, and there the last.
create view session_bodies as
select distinct on (body ->> 'id')
    body ->> 'id' as session_id, replica, body, body -> 'session' as session
from operation_bodies
where body ->> 'kind' = 'session'
order by body ->> 'id', (body #>> '{session,bytes}')::numeric desc nulls last, body #>> '{session,ended}' desc nulls last,
    replica, (body ->> 'at_ms')::numeric desc;

create view usage_hourly as
select session_id, (hour ->> 'hour')::timestamptz as hour, hour ->> 'model' as model,
    (hour ->> 'requests')::bigint as requests,
    (hour ->> 'input')::bigint as input_tokens,
    (hour ->> 'output')::bigint as output_tokens,
    coalesce((hour ->> 'cache_write_5m')::bigint, 0) + coalesce((hour ->> 'cache_write_1h')::bigint, 0)
        as cache_write_tokens,
    (hour ->> 'cache_read')::bigint as cache_read_tokens,
    (hour ->> 'cost_pico_usd')::numeric / 1000000000000 as cost_usd
from session_bodies, jsonb_array_elements(
    case jsonb_typeof(body -> 'hours') when 'array' then body -> 'hours' else '[]' end) as hours (hour);

create view session_models as
select session_id, model,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(cache_read_tokens)::bigint as cache_read_tokens,
    sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens)::bigint as total_tokens,
    sum(cost_usd) as cost_usd
from usage_hourly group by session_id, model;

create view sessions as
with told as (
    select session_id, replica, body, session,
        (session ->> 'started')::timestamptz as started_at, (session ->> 'ended')::timestamptz as ended_at,
        coalesce((session #>> '{tokens,input}')::bigint, 0) as input_tokens,
        coalesce((session #>> '{tokens,output}')::bigint, 0) as output_tokens,
        coalesce((session #>> '{tokens,cache_write_5m}')::bigint, 0)
            + coalesce((session #>> '{tokens,cache_write_1h}')::bigint, 0) as cache_write_tokens,
        coalesce((session #>> '{tokens,cache_read}')::bigint, 0) as cache_read_tokens
    from session_bodies
)
select session_id, session ->> 'project' as project,
    coalesce(session ->> 'cwd_last', session ->> 'cwd_first') as cwd,
    started_at::date as session_date, started_at, ended_at,
    round((session ->> 'active_ms')::numeric / 60000, 2) as duration_min,
    (select string_agg(model, ', ') from jsonb_array_elements_text(
        case jsonb_typeof(session -> 'models') when 'array' then session -> 'models' else '[]' end) as models (model))
        as models,
    input_tokens, output_tokens, cache_write_tokens, cache_read_tokens,
    input_tokens + output_tokens + cache_write_tokens + cache_read_tokens as total_tokens,
    (session ->> 'cost_nano_usd')::numeric / 1000000000 as cost_usd,
    (session ->> 'prompts')::integer as message_count,
    (session ->> 'tool_calls')::integer as tool_call_count,
    (select string_agg(skill, ', ') from jsonb_array_elements_text(
        case jsonb_typeof(session -> 'skills') when 'array' then session -> 'skills' else '[]' end) as skills (skill))
        as skills_used,
    session ->> 'branch' as git_branch,
    session #>> '{versions,-1}' as cc_version,
    coalesce(session #>> '{title,text}', session ->> 'title') as title,
    coalesce(body ->> 'session_type', session ->> 'session_type') as session_type,
    coalesce(body ->> 'author', body ->> 'by') as created_by,
    replica as device
from told;

-- Entries as they stand: of each field the value with the greatest revision, then the latest clock, then the greatest replica;
-- notes of all people, in the order of their times.
create view log_entries as
with entry as (
    select scope, replica, write, body, body ->> 'subject' as id, (body ->> 'at_ms')::numeric as at_ms, body ->> 'by' as by
    from operation_bodies where body ->> 'kind' = 'entry'
), written as (
    select scope, id, field.key as field, field.value -> 'to' as value,
        (field.value ->> 'revision')::numeric as revision, at_ms, replica, write, by
    from entry, jsonb_each(case jsonb_typeof(body -> 'set') when 'object' then body -> 'set' else '{}' end) as field
), standing as (
    select distinct on (scope, id, field) scope, id, field, value #>> '{}' as value
    from written order by scope, id, field, revision desc, at_ms desc, replica desc, write desc
), fields as (
    select scope, id, jsonb_object_agg(field, value) as fields from standing group by scope, id
), opened as (
    select distinct on (scope, id) scope, id, at_ms, by
    from written where field = 'title' order by scope, id, revision, at_ms, replica, write
), changed as (
    select distinct on (scope, id) scope, id, at_ms, by from entry order by scope, id, at_ms desc, replica desc
), note as (
    select distinct on (scope, id, note ->> 'id') scope, id, note ->> 'id' as note_id, note ->> 'text' as text,
        coalesce((note ->> 'at_ms')::numeric, at_ms) as noted_ms
    from entry, jsonb_array_elements(
        case jsonb_typeof(body -> 'notes') when 'array' then body -> 'notes' else '[]' end) as notes (note)
    order by scope, id, note ->> 'id', coalesce((note ->> 'at_ms')::numeric, at_ms)
), noted as (
    select scope, id, string_agg(e'\n[update] ' || text, '' order by noted_ms, note_id) as notes from note group by scope, id
)
select fields.id, fields ->> 'session' as session_id,
    to_timestamp(opened.at_ms::double precision / 1000) as logged_at,
    fields ->> 'category' as category, fields ->> 'status' as status, fields ->> 'title' as title,
    coalesce(fields ->> 'body', '') || coalesce(notes, '') as body,
    to_timestamp(changed.at_ms::double precision / 1000) as updated_at,
    opened.by as created_by, changed.by as updated_by, fields ->> 'project' as project
from fields
    join opened on (opened.scope, opened.id) = (fields.scope, fields.id)
    join changed on (changed.scope, changed.id) = (fields.scope, fields.id)
    left join noted on (noted.scope, noted.id) = (fields.scope, fields.id)
where fields ->> 'deleted' is distinct from 'true';
