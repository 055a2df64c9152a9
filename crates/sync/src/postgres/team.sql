-- Many people in one database: everybody appends in the name of their own devices alone, nobody changes or removes anything,
-- and what is private is read by whoever wrote it. Needs PostgreSQL 15, where views read with the rights of whoever asks.
create or replace function replica_owner(wanted text) returns name language sql stable security definer
set search_path from current as $$
    select owner from operations where replica = wanted order by scope, seq limit 1
$$;

alter table operations enable row level security;

drop policy if exists read on operations;
create policy read on operations for select using (scope <> 'private' or owner = current_user);

drop policy if exists append on operations;
create policy append on operations for insert
    with check (owner = current_user and coalesce(replica_owner(replica), current_user) = current_user);

alter view operation_bodies set (security_invoker = true);
alter view session_bodies set (security_invoker = true);
alter view usage_hourly set (security_invoker = true);
alter view session_models set (security_invoker = true);
alter view sessions set (security_invoker = true);
alter view log_entries set (security_invoker = true);
alter view devices set (security_invoker = true);

revoke all on operations from public;
