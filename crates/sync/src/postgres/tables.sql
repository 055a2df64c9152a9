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
