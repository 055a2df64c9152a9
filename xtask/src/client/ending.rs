//! The ways in which a session of the genuine client ends, as scripts for the harness.

/// A way to end.
pub(super) struct Ending {
    pub(super) name: &'static str,
    /// A script of `bash`, after [`PREAMBLE`].
    pub(super) script: &'static str,
    /// Prompts of each session that there is afterwards, sorted.
    pub(super) prompts: &'static [u64],
    /// Whether the client calls the hook for the end of a session.
    pub(super) end_told: bool,
    /// Whether the disk takes half a second for whatever has to be durable.
    pub(super) slow: bool,
}

/// What all scripts use: `start` and `over` around a session at a terminal, `pid` of its client, `print` for one prompt.
pub(super) const PREAMBLE: &str = r#"
set -eu
. "$HARNESS/env.sh"
registry="$W/home/.claude/sessions"
pid() { jq -r .pid "$registry"/*.json | head -n 1; }
start() {
  CFG= "$HARNESS/tui-up.sh" "$W" --permission-mode bypassPermissions "$@"
  for i in $(seq 60); do ls "$registry"/*.json >/dev/null 2>&1 && break; sleep 0.5; done
  sleep 3
}
alive() { [ -d "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }
gone() { for i in $(seq 120); do alive "$1" || return 0; sleep 0.25; done; echo "the client $1 does not end" >&2; P >&2; return 1; }
over() { client=$(pid); "$@"; gone "$client"; tui_kill; }
say() { K "$1" 4; }
print() { CFG= R -p "$@" --dangerously-skip-permissions; }
A=11111111-1111-4111-8111-111111111111
"#;

/// Every way to end.
pub(super) const ENDINGS: &[Ending] = &[
    ending("/exit", "start; say 'hello world'; over say /exit", &[1]),
    ending("Ctrl-C twice", "start; say 'hello world'; over KK C-c C-c", &[1]),
    ending("Ctrl-D twice", "start; say 'hello world'; over KK C-d C-d", &[1]),
    ending("SIGTERM", "start; say 'hello world'; over kill -TERM $(pid)", &[1]),
    ending("SIGHUP", "start; say 'hello world'; over kill -HUP $(pid)", &[1]),
    Ending { end_told: false, ..ending("SIGKILL", "start; say 'hello world'; over kill -KILL $(pid)", &[1]) },
    Ending {
        end_told: false,
        ..ending("SIGKILL in an answer", "start; say 'hello world'; K 'be slow' 2; over kill -KILL $(pid)", &[2])
    },
    ending("/clear", "start; say 'hello world'; say /clear; say 'do tools please'; over say /exit", &[1, 1]),
    ending("opened and left", "start; over say /exit", &[]),
    ending("print", "print 'hello world' --session-id $A", &[1]),
    ending(
        "print, fork",
        "print 'hello world' --session-id $A; print 'do tools please' --resume $A --fork-session",
        &[1, 2],
    ),
    ending(
        "resume from another directory",
        "print 'hello world' --session-id $A; mkdir -p $W/other; CWD=$W/other print 'do tools please' --resume $A",
        &[2],
    ),
    ending(
        "worktree move",
        "cd $W/proj; git init -q .; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one; print 'enter a worktree' --session-id $A",
        &[1],
    ),
    Ending { slow: true, ..ending("slow disk", "print 'hello world' --session-id $A", &[1]) },
    Ending { slow: true, ..ending("slow disk, /exit", "start; say 'hello world'; sleep 6; over say /exit", &[1]) },
    ending("banner", BANNER, &[1, 1]),
];

/// A second session shows what the first one was, to the person and not to the model.
const BANNER: &str = r#"
start; say 'hello world'; over say /exit
for i in $(seq 40); do grep -q 'Recent sessions' "$W/home/.local/share/sessions/state/banner.json" 2>/dev/null && break; sleep 0.5; done
: > "$W/api.jsonl"
start; P 50; P 50 | grep -q 'Recent sessions here' || { echo 'the banner is not shown' >&2; exit 1; }
say 'hello world'
! grep -q 'Recent sessions here' "$W/api.jsonl" || { echo 'the banner is in the context of the model' >&2; exit 1; }
over say /exit
"#;

const fn ending(name: &'static str, script: &'static str, prompts: &'static [u64]) -> Ending {
    Ending { name, script, prompts, end_told: true, slow: false }
}
