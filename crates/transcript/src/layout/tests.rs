//! Claims about where transcripts lie.

use super::*;

#[test]
fn rule_14_files_have_the_role_of_their_place_at_any_depth() {
    let session = |id: &str| Some(FileRole::Session(id.into()));
    let agent =
        |session: &str, agent: &str| Some(FileRole::Subagent { session: session.into(), agent: agent.to_owned() });
    for (path, expect) in [
        ("-home-u/0a1b.jsonl", session("0a1b")),
        (r"-home-u\0a1b.jsonl", session("0a1b")),
        ("-home-u/agent-a825fdd.jsonl", Some(FileRole::FlatAgent("a825fdd".to_owned()))),
        ("-home-u/0a1b/subagents/agent-a1.jsonl", agent("0a1b", "a1")),
        (r"-home-u\0a1b\subagents\agent-a1.jsonl", agent("0a1b", "a1")),
        ("-home-u/0a1b/subagents/workflows/wf_1/agent-a1.jsonl", agent("0a1b", "a1")),
        ("-home-u/0a1b/subagents/x/y/z/agent-a1.jsonl", agent("0a1b", "a1")),
        ("-home-u/0a1b/subagents/journal.jsonl", None),
        ("-home-u/0a1b/subagents/workflows/wf_1/journal.jsonl", None),
        ("-home-u/journal.jsonl", None),
        ("-home-u/0a1b/subagents/agent-a1.meta.json", None),
        ("-home-u/0a1b/tool-results/x.txt", None),
        ("-home-u/0a1b/tool-results/agent-x.jsonl", None),
        ("-home-u/0a1b/other.jsonl", None),
        ("-home-u/memory/MEMORY.md", None),
        ("-home-u/.hidden.jsonl", None),
        ("-home-u/.jsonl", None),
        ("history.jsonl", None),
        ("", None),
    ] {
        assert_eq!(classify(path), expect, "{path}");
    }
}

#[test]
fn projects_are_named_after_their_repository() {
    for (cwd, expect) in [
        ("/home/u/code/sessions", "sessions"),
        ("/home/u/code/sessions/", "sessions"),
        (r"C:\code\sessions\", "sessions"),
        (r"D:\oh-my-posh", "oh-my-posh"),
        ("/home/u/code/app/.claude/worktrees/fix-1", "app"),
        (r"D:\oh-my-posh\.claude\worktrees\heuristic-robinson", "oh-my-posh"),
        ("/Users/a/workspace/cli/.worktrees/3", "cli"),
        ("/Users/a/workspace/cli/.worktrees/3/src", "cli"),
        ("/code/app.worktrees/feature", "app"),
        ("/code/app--worktrees/feature", "app"),
        ("/code/app--worktrees", "app--worktrees"),
        ("/code/.worktrees", ".worktrees"),
        ("/code/app/.claude", ".claude"),
        ("/home/u/.claude/projects", "projects"),
        ("/home/u", "~"),
        ("/home/u/", "~"),
        ("/root", "~"),
        ("/Users/u", "~"),
        (r"C:\Users\u", "~"),
        ("/", "/"),
        (r"C:\", "C:"),
        ("/tmp", "tmp"),
        ("", ""),
        ("relative", "relative"),
        ("/home/u/Mein Projekt é", "Mein Projekt é"),
    ] {
        assert_eq!(project_name(cwd), expect, "{cwd}");
    }
}
