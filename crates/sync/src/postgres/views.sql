-- Views over the operations, for people who ask in SQL. A body may say anything: what is no number or no time where one
-- belongs is null, so that nobody's operation keeps others from asking.

-- What a body says; nothing where it is no JSON. Not for parallel plans: the server begins no part of a transaction in one, which
-- catching needs.
create or replace function operation_body(body bytea) returns jsonb language plpgsql immutable strict parallel unsafe as $$
begin
    return convert_from(body, 'UTF8')::jsonb;
exception when others then
    return null;
end $$;

-- A time that is told as machines tell it: in UTC, as RFC 3339 has it.
create or replace function told_time(said text) returns timestamptz language plpgsql immutable strict parallel unsafe as $$
begin
    return case when said ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$' then said::timestamptz end;
exception when others then
    return null;
end $$;

-- A whole number that is told.
create or replace function told_number(said text) returns numeric language sql immutable parallel safe as $$
    select case when said ~ '^-?\d{1,26}$' then said::numeric end
$$;

-- A number of things that is told; so many that sums of it could become too large are none.
create or replace function told_count(said text) returns bigint language sql immutable parallel safe as $$
    select case when said ~ '^-?\d{1,12}$' then said::bigint end
$$;

-- A time that is told in milliseconds since 1970; within the years that everybody can read.
create or replace function told_moment(ms numeric) returns timestamptz language sql immutable parallel safe as $$
    select case when ms between -62135596800000 and 253402300799999 then to_timestamp(ms::double precision / 1000) end
$$;

-- Operations by what they say; those that others carry stand for themselves, once.
create or replace view operation_bodies as
with said as (
    select replica, scope, seq, hash, operation_body(body) as body from operations
), told as (
    select replica, scope, seq, encode(hash, 'hex') as write, body from said where body ->> 'kind' is distinct from 'copy'
    union all
    select split_part(body ->> 'stream', '/', 1), scope, told_count(body ->> 'seq'), null,
        operation_body(convert_to(body ->> 'body', 'UTF8'))
    from said
    where body ->> 'kind' = 'copy' and substr(body ->> 'stream', strpos(body ->> 'stream', '/') + 1) = scope
)
select replica, scope, seq, write, body from told where body is not null;

-- Of everything that was said of a session, what knows most of its transcript; of equal ones that of the smallest number, as
-- every machine counts it, and there the last.
create or replace view session_bodies as
select distinct on (session_id) session_id, replica, body, session
from (
    select body ->> 'id' as session_id, replica, seq, body, body -> 'session' as session, (
        select max(told_number(file ->> 'read_to'))
        from jsonb_array_elements(
            case jsonb_typeof(body -> 'files') when 'array' then body -> 'files' else '[]' end) as files (file)
        where file ->> 'role' = 'session') as known_to
    from operation_bodies
    where body ->> 'kind' = 'session' and scope = 'private'
) as told
order by session_id, known_to desc nulls last, replica, seq desc;

create or replace view usage_hourly as
select session_id, told_time(hour ->> 'hour') as hour, hour ->> 'model' as model,
    told_count(hour ->> 'requests') as requests,
    told_count(hour ->> 'input') as input_tokens,
    told_count(hour ->> 'output') as output_tokens,
    coalesce(told_count(hour ->> 'cache_write_5m'), 0) + coalesce(told_count(hour ->> 'cache_write_1h'), 0)
        as cache_write_tokens,
    told_count(hour ->> 'cache_read') as cache_read_tokens,
    told_number(hour ->> 'cost_pico_usd') / 1000000000000 as cost_usd
from session_bodies, jsonb_array_elements(
    case jsonb_typeof(body -> 'hours') when 'array' then body -> 'hours' else '[]' end) as hours (hour);

create or replace view session_models as
select session_id, model,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(cache_read_tokens)::bigint as cache_read_tokens,
    sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens)::bigint as total_tokens,
    sum(cost_usd) as cost_usd
from usage_hourly group by session_id, model;

-- Devices by what they are called.
--
-- A device is called what was said of it last by whoever had seen what was said before; where several are called so, the
-- beginning of its number stands behind it. One that nobody named is called by who writes there. One that goes on under another
-- number says which it had before, of which the last word counts: all of them are called what it is called now.
create or replace view devices as
with bodies as (
    select replica, scope, seq, body from operation_bodies where body ->> 'kind' = 'device' or scope <> 'private'
), said as (
    select body ->> 'replica' as number, body, seq,
        case jsonb_typeof(body -> 'revision') when 'number' then told_number(body ->> 'revision') end as revision,
        case jsonb_typeof(body -> 'at_ms') when 'number' then told_number(body ->> 'at_ms') end as at_ms, replica as writer
    from bodies where scope = 'private'
), named as (
    select distinct on (number) number, body ->> 'name' as name
    from said where body ->> 'name' is not null
    order by number, revision desc nulls last, at_ms desc nulls last, writer desc, seq
), forgotten as (
    select distinct on (number) number, body ->> 'forgotten' = 'true' as forgotten
    from said where body ->> 'forgotten' is not null
    order by number, revision desc nulls last, at_ms desc nulls last, writer desc, seq
), claim as (
    select distinct on (number) number, body -> 'was' as was
    from said where jsonb_typeof(body -> 'was') = 'array' and writer = number
    order by number, revision desc nulls last, at_ms desc nulls last, seq
), earlier as (
    select was.number as earlier, claim.number from claim, jsonb_array_elements_text(claim.was) as was (number)
    where was.number is not null
), later as (
    select earlier, max(number collate "C") as number
    from earlier where number not in (select earlier from earlier) group by earlier
), device as (
    select numbers.replica as number, coalesce(later.number, numbers.replica) as present, numbers.operations, numbers.last_at
    from (select replica, count(*) as operations, max(received_at) as last_at from operations group by replica) as numbers
        left join later on later.earlier = numbers.replica
), met as (
    select distinct on (replica) replica as number, 'device of ' || (body ->> 'by') as name
    from bodies where scope <> 'private' and body ->> 'by' <> '' order by replica, seq desc, scope
), called as (
    select device.*, coalesce(now.name, was.name, met.name) as name
    from device
        left join named as now on now.number = device.present
        left join named as was on was.number = device.number
        left join met on met.number = device.number
), present as (
    select present, max(name) as name from called group by present
), namesakes as (
    select name, count(*) as devices from present group by name
), handle as (
    select present, min(length) as length
    from (
        select min(present) as present, length from present, generate_series(6, 26) as length
        group by left(present, length), length having count(*) = 1
    ) as told
    group by present
)
select called.number,
    case when called.name is null then called.present
        when namesakes.devices = 1 then called.name
        else called.name || ' (' || left(called.present, coalesce(handle.length, 26)) || ')' end as name,
    called.present as present_number, coalesce(forgotten.forgotten, false) as forgotten, called.operations, called.last_at
from called
    left join namesakes on namesakes.name = called.name
    left join handle on handle.present = called.present
    left join forgotten on forgotten.number = called.present;

create or replace view sessions as
with told as (
    select session_id, replica, body, session,
        told_time(session ->> 'started') as started_at, told_time(session ->> 'ended') as ended_at,
        coalesce(told_count(session #>> '{tokens,input}'), 0) as input_tokens,
        coalesce(told_count(session #>> '{tokens,output}'), 0) as output_tokens,
        coalesce(told_count(session #>> '{tokens,cache_write_5m}'), 0)
            + coalesce(told_count(session #>> '{tokens,cache_write_1h}'), 0) as cache_write_tokens,
        coalesce(told_count(session #>> '{tokens,cache_read}'), 0) as cache_read_tokens
    from session_bodies
)
select session_id, session ->> 'project' as project,
    coalesce(session ->> 'cwd_last', session ->> 'cwd_first') as cwd,
    started_at::date as session_date, started_at, ended_at,
    round(told_number(session ->> 'active_ms') / 60000, 2) as duration_min,
    (select string_agg(model, ', ') from jsonb_array_elements_text(
        case jsonb_typeof(session -> 'models') when 'array' then session -> 'models' else '[]' end) as models (model))
        as models,
    input_tokens, output_tokens, cache_write_tokens, cache_read_tokens,
    input_tokens + output_tokens + cache_write_tokens + cache_read_tokens as total_tokens,
    told_number(session ->> 'cost_nano_usd') / 1000000000 as cost_usd,
    case when session ->> 'prompts' ~ '^\d{1,9}$' then (session ->> 'prompts')::integer end as message_count,
    case when session ->> 'tool_calls' ~ '^\d{1,9}$' then (session ->> 'tool_calls')::integer end as tool_call_count,
    (select string_agg(skill, ', ') from jsonb_array_elements_text(
        case jsonb_typeof(session -> 'skills') when 'array' then session -> 'skills' else '[]' end) as skills (skill))
        as skills_used,
    session ->> 'branch' as git_branch,
    session #>> '{versions,-1}' as cc_version,
    coalesce(session #>> '{title,text}', session ->> 'title') as title,
    coalesce(body ->> 'session_type', session ->> 'session_type') as session_type,
    coalesce(body ->> 'author', body ->> 'by') as created_by,
    coalesce(devices.name, told.replica) collate "C" as device,
    told.replica as device_number
from told left join devices on devices.number = told.replica;

-- Entries as they stand: of each field the value with the greatest revision, then the latest clock, then the greatest replica;
-- notes of all people, in the order of their times.
create or replace view log_entries as
with entry as (
    select scope, replica, write, body, body ->> 'subject' as id, told_number(body ->> 'at_ms') as at_ms,
        body ->> 'by' as by
    from operation_bodies where body ->> 'kind' = 'entry'
), written as (
    select scope, id, field.key as field, field.value -> 'to' as value,
        told_number(field.value ->> 'revision') as revision, at_ms, replica, write, by
    from entry, jsonb_each(case jsonb_typeof(body -> 'set') when 'object' then body -> 'set' else '{}' end) as field
), standing as (
    select distinct on (scope, id, field) scope, id, field, value #>> '{}' as value
    from written
    order by scope, id, field, revision desc nulls last, at_ms desc nulls last, replica desc, write desc
), fields as (
    select scope, id, jsonb_object_agg(field, value) as fields from standing group by scope, id
), opened as (
    select distinct on (scope, id) scope, id, at_ms, by
    from written where field = 'title' order by scope, id, revision, at_ms, replica, write
), changed as (
    select distinct on (scope, id) scope, id, at_ms, by
    from entry order by scope, id, at_ms desc nulls last, replica desc
), note as (
    select distinct on (scope, id, note ->> 'id') scope, id, note ->> 'id' as note_id, note ->> 'text' as text,
        coalesce(told_number(note ->> 'at_ms'), at_ms) as noted_ms
    from entry, jsonb_array_elements(
        case jsonb_typeof(body -> 'notes') when 'array' then body -> 'notes' else '[]' end) as notes (note)
    order by scope, id, note ->> 'id', coalesce(told_number(note ->> 'at_ms'), at_ms)
), noted as (
    select scope, id, string_agg(e'\n[update] ' || text, '' order by noted_ms, note_id) as notes from note group by scope, id
)
select fields.id, fields ->> 'session' as session_id,
    told_moment(opened.at_ms) as logged_at,
    fields ->> 'category' as category, fields ->> 'status' as status, fields ->> 'title' as title,
    coalesce(fields ->> 'body', '') || coalesce(notes, '') as body,
    told_moment(changed.at_ms) as updated_at,
    opened.by as created_by, changed.by as updated_by, fields ->> 'project' as project
from fields
    join opened on (opened.scope, opened.id) = (fields.scope, fields.id)
    join changed on (changed.scope, changed.id) = (fields.scope, fields.id)
    left join noted on (noted.scope, noted.id) = (fields.scope, fields.id)
where fields ->> 'deleted' is distinct from 'true';

-- A view that was replaced reads with the rights of its owner again; in a team it reads with those of whoever asks. Whoever may
-- read sessions may read devices.
do $$
declare
    view text;
    reader text;
begin
    if (select relrowsecurity from pg_class where oid = 'operations'::regclass)
        and current_setting('server_version_num')::integer >= 150000 then
        foreach view in array array['operation_bodies', 'session_bodies', 'usage_hourly', 'session_models', 'devices',
            'sessions', 'log_entries'] loop
            execute 'alter view ' || quote_ident(view) || ' set (security_invoker = true)';
        end loop;
    end if;
    for reader in
        select distinct case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end
        from pg_class, aclexplode(relacl) as acl
        where pg_class.oid = 'sessions'::regclass and acl.privilege_type = 'SELECT'
    loop
        execute 'grant select on devices to ' || reader;
    end loop;
end $$;
