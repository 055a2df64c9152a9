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
ours() { env -i HOME="$W/home" PATH="$W/bin:/usr/bin:/bin" SESSIONS_TICKS=off sessions "$@"; }
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
    ending("moved directory", MOVED, &[2]),
    ending("the page for Claude", PAGE, &[1]),
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

/// A directory that moved takes its session along: the client finds it there by itself, and `sessions resume` starts it there.
const MOVED: &str = r#"
mkdir -p "$W/shop"
CWD=$W/shop print 'hello world' --session-id $A
# its process may still be at its end
for i in $(seq 60); do ls "$registry"/*.json >/dev/null 2>&1 || break; sleep 0.25; done
mv "$W/shop" "$W/store"
ln -s "$CLAUDE_BIN" "$W/bin/claude"
ours relink "$W/shop" "$W/store" --yes
[ -f "$W/home/.claude/projects/$(printf %s "$W/store" | tr -c 'a-zA-Z0-9' -)/$A.jsonl" ] || { echo 'the transcript is not where the client looks' >&2; exit 1; }
"$HARN/netns-run.sh" --scenario "$HARN/scenarios/all.json" --home "$W/home" --config '' --cwd "$W" --log "$W/api.jsonl" \
  --setenv PATH="$W/bin:/usr/bin:/bin" -- sessions resume $A -- -p 'do tools please' --dangerously-skip-permissions </dev/null
grep -q "\"cwd\":\"$W/store\"" "$W/home/.claude/projects/"*/$A.jsonl || { echo 'the client did not go on in the new place' >&2; exit 1; }
"#;

/// The page for Claude is in the context, and every command of it does what it says when the client runs it.
const PAGE: &str = r#"
cat > "$W/commands" <<'END'
sessions log issue "Refund is paid twice" --body "Two workers take the same job."
sessions entries --open
sessions entry refund
sessions resolve refund --status in_progress
sessions resolve refund --note "One lock for both."
sessions reopen refund
sessions edit refund --title "Refund is paid twice on retry"
sessions resolve refund --note "It holds."
sessions inbox
sessions search "the page"
sessions ls page --limit 10
sessions recent
sessions show $CLAUDE_CODE_SESSION_ID
sessions usage --since 7d
sessions star $CLAUDE_CODE_SESSION_ID
sessions tag $CLAUDE_CODE_SESSION_ID money
sessions name $CLAUDE_CODE_SESSION_ID "Trying the page"
END
jq -R . "$W/commands" | jq -s '{name: "page", match: "try the page", turns: ([.[] | {content: [{type: "tool_use", name: "Bash",
  input: {command: ., description: "as the page says"}}]}] + [{content: [{type: "text", text: "done"}]}])}' > "$W/rule.json"
jq --slurpfile rule "$W/rule.json" '.rules = $rule + .rules' "$HARN/scenarios/all.json" > "$W/scenario.json"
SC="$W/scenario.json" XENV="--setenv PATH=$W/bin:/usr/local/bin:/usr/bin:/bin" print 'try the page' --session-id $A
grep -q 'where did we talk about' "$W/api.jsonl" || { echo 'the page is not in the context' >&2; exit 1; }
transcript=$(ls "$W/home/.claude/projects/"*/$A.jsonl)
answers() { jq -c 'select(.type == "user") | .message.content | arrays | .[] | select(.type == "tool_result")' "$transcript"; }
[ "$(answers | wc -l)" = "$(wc -l < "$W/commands")" ] || { echo 'not every command was run' >&2; exit 1; }
answers | jq -e -s 'all(.is_error != true)' > /dev/null || { answers | jq 'select(.is_error)' >&2; exit 1; }
ours entries --all-projects --json | jq -e --arg id $A '.entries | length == 1 and .[0].session == $id and .[0].status == "resolved"
  and .[0].title == "Refund is paid twice on retry"' > /dev/null || { echo 'the entry is not what it should be' >&2; exit 1; }
ours ls is:starred tag:money --json | jq -e --arg id $A '.sessions | length == 1 and .[0].id == $id' > /dev/null \
  || { echo 'the marks are not what they should be' >&2; exit 1; }
"#;

const fn ending(name: &'static str, script: &'static str, prompts: &'static [u64]) -> Ending {
    Ending { name, script, prompts, end_told: true, slow: false }
}
