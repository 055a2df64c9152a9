-- Devices by what they are called, and sessions with the name of theirs in place of its number.
--
-- A device is called what was said of it last by whoever had seen what was said before; where several are called so, the
-- beginning of its number stands behind it. One that nobody named is called by who writes there. One that goes on under another
-- number says which it had before: all of them are called what it is called now.
create view devices as
with bodies as (
    select replica, scope, seq, body from operation_bodies where body ->> 'kind' = 'device' or scope <> 'private'
), said as (
    select body ->> 'replica' as number, body,
        case jsonb_typeof(body -> 'revision') when 'number' then (body ->> 'revision')::numeric end as revision,
        case jsonb_typeof(body -> 'at_ms') when 'number' then (body ->> 'at_ms')::numeric end as at_ms, replica as writer
    from bodies where scope = 'private'
), named as (
    select distinct on (number) number, body ->> 'name' as name
    from said where body ->> 'name' is not null order by number, revision desc nulls last, at_ms desc nulls last, writer desc
), forgotten as (
    select distinct on (number) number, body ->> 'forgotten' = 'true' as forgotten
    from said where body ->> 'forgotten' is not null order by number, revision desc nulls last, at_ms desc nulls last, writer desc
), earlier as (
    select was.number as earlier, said.number from said, jsonb_array_elements_text(
        case jsonb_typeof(body -> 'was') when 'array' then body -> 'was' else '[]' end) as was (number)
    where was.number is not null and said.writer = said.number
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
    coalesce(devices.name, told.replica) collate "C" as device,
    told.replica as device_number
from told left join devices on devices.number = told.replica;

-- A view that was replaced reads with the rights of its owner again; in a team it reads with those of whoever asks. Whoever may
-- read sessions may read devices.
do $$
declare
    reader text;
begin
    if (select relrowsecurity from pg_class where oid = 'operations'::regclass)
        and current_setting('server_version_num')::integer >= 150000 then
        alter view devices set (security_invoker = true);
        alter view sessions set (security_invoker = true);
    end if;
    for reader in
        select distinct case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end
        from pg_class, aclexplode(relacl) as acl
        where pg_class.oid = 'sessions'::regclass and acl.privilege_type = 'SELECT'
    loop
        execute 'grant select on devices to ' || reader;
    end loop;
end $$;
