//! Claims about what a file says, and that it says the same however it is cut.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{ProblemKind, RequestKey, Tokens};

type Found = (FileFacts, BTreeMap<RequestKey, Request>, BTreeMap<String, ToolUse>);

/// Reads bytes in pieces that end at `cuts`, storing the facts in between as a store does.
fn read_cut(bytes: &[u8], cuts: &[usize], last: bool) -> Found {
    let mut facts = FileFacts::default();
    let (mut requests, mut tools) = (BTreeMap::new(), BTreeMap::new());
    for (index, cut) in cuts.iter().chain([&bytes.len()]).enumerate() {
        let mut reader = Reader::new(facts);
        let mut batch = Batch::default();
        let from = usize::try_from(reader.facts.read_to).expect("it fits");
        let used = reader.feed(&bytes[from..*cut], last || index == cuts.len(), &mut batch);
        let stored = postcard::to_stdvec(&reader.finish()).expect("facts can be stored");
        facts = postcard::from_bytes(&stored).expect("facts can be read back");
        assert_eq!(facts.read_to, (from + used) as u64);
        for request in batch.requests {
            let key = request.key.clone();
            match requests.entry(key) {
                std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(request)),
                std::collections::btree_map::Entry::Occupied(mut entry) => entry.get_mut().merge(request),
            }
        }
        for tool in batch.tool_uses {
            match tools.entry(tool.id.clone()) {
                std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(tool)),
                std::collections::btree_map::Entry::Occupied(mut entry) => entry.get_mut().merge(tool),
            }
        }
    }
    (facts, requests, tools)
}

fn read(records: &[Value]) -> Found {
    let text = records.iter().fold(String::new(), |text, record| text + &record.to_string() + "\n");
    read_cut(text.as_bytes(), &[], true)
}

fn facts(records: &[Value]) -> FileFacts {
    read(records).0
}

fn at(second: u32) -> String {
    format!("2026-07-01T10:{:02}:{:02}.000Z", second / 60, second % 60)
}

fn user(second: u32, content: &Value) -> Value {
    json!({"type": "user", "uuid": format!("u{second}"), "parentUuid": null, "sessionId": "s1", "timestamp": at(second),
        "cwd": "/home/u/app", "version": "2.1.300", "gitBranch": "main", "entrypoint": "cli", "isSidechain": false,
        "message": {"role": "user", "content": content}})
}

fn answer(second: u32, id: &str, block: &Value) -> Value {
    json!({"type": "assistant", "uuid": format!("a{second}"), "sessionId": "s1", "timestamp": at(second), "requestId": "r",
        "version": "2.1.301", "cwd": "/home/u/app/src", "gitBranch": "HEAD",
        "message": {"id": id, "model": "claude-opus-5", "content": [block], "stop_reason": null,
            "usage": {"input_tokens": 1, "output_tokens": second}}})
}

fn tool(id: &str, name: &str, input: &Value) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": input})
}

fn result(second: u32, id: &str, is_error: bool) -> Value {
    let mut record =
        user(second, &json!([{"type": "tool_result", "tool_use_id": id, "content": "x", "is_error": is_error}]));
    record["toolUseResult"] = json!({"stdout": "x", "searchCount": 2});
    record
}

/// A transcript with everything that makes reading in pieces hard.
fn mixed() -> Vec<u8> {
    let text = json!({"type": "text", "text": "so \"be\" it \\ é"});
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    let mut add = |text: &str| bytes.extend_from_slice(text.as_bytes());
    add(&format!("{}\r\n", json!({"type": "summary", "summary": "Another session", "leafUuid": "elsewhere"})));
    add(&format!("{}\n", user(1, &json!("do \"it\"\n now"))));
    add(&format!("{}\n", answer(2, "msg_a", &text)));
    add(&format!("{}\n", answer(3, "msg_a", &tool("t1", "WebSearch", &json!({"query": "rust"})))));
    add(&format!("{}\n", result(4, "t1", false)));
    add("// a note\n\n");
    add(&format!("{}\n", answer(5, "msg_a", &tool("t2", "WebSearch", &json!({"query": "more"})))));
    add(&format!("{}\n", result(6, "t2", true)));
    add(&format!(
        "{}{}\n",
        answer(7, "msg_b", &tool("t3", "Edit", &json!({"file_path": "/a"}))),
        json!({"type": "summary", "summary": "Mine", "leafUuid": "a3"})
    ));
    add(&format!("{{\"type\":\"assistant\",\"message\":{{\"torn{}\n", answer(9, "msg_d", &text)));
    add(&format!("\0\0{}\r\n", result(700, "t3", false)));
    add(&format!("{}\n42\n", json!({"type": "custom-title", "customTitle": "T", "sessionId": "s1"})));
    add(&format!(
        "{}\n",
        json!({"type": "progress", "timestamp": at(8), "sessionId": "s1", "data": {"type": "agent_progress", "agentId": "a1",
        "message": answer(8, "msg_c", &tool("t4", "Bash", &json!({"command": "ls\n-l"})))}})
    ));
    bytes.extend_from_slice(b"{\"type\":\"user\",\"x\":\"\xff\",\"message\":{\"content\":\"second\"}}\n");
    bytes.extend_from_slice(user(20, &json!("third")).to_string().as_bytes());
    bytes
}

#[test]
fn every_cut_gives_the_same_as_one_read() {
    let bytes = mixed();
    let whole = read_cut(&bytes, &[], true);
    assert_eq!(whole.0.prompts, 3);
    assert_eq!(whole.0.read_to, bytes.len() as u64);
    assert_eq!(whole.1.len(), 4);
    assert_eq!(whole.1[&RequestKey("msg_a".to_owned())].web_searches, 4);
    assert_eq!(whole.2["t2"].is_error, Some(true));
    for cut in 0..=bytes.len() {
        for last in [false, true] {
            assert_eq!(read_cut(&bytes, &[cut], last), whole, "cut at {cut}, last {last}");
        }
    }
}

#[test]
fn many_pieces_give_the_same_as_one_read() {
    let bytes = mixed();
    let whole = read_cut(&bytes, &[], true);
    for step in [1, 2, 7, 100, 1000] {
        let cuts: Vec<usize> = (0..bytes.len()).step_by(step).collect();
        assert_eq!(read_cut(&bytes, &cuts, false), whole, "pieces of {step}");
    }
}

#[test]
fn a_torn_end_is_noted_until_it_is_whole() {
    let line = user(1, &json!("hello")).to_string();
    let mut reader = Reader::new(FileFacts::default());
    let mut batch = Batch::default();
    assert_eq!(reader.feed(&line.as_bytes()[..40], true, &mut batch), 0);
    assert_eq!(batch.problems, [Problem { offset: 0, kind: ProblemKind::TornLine }]);
    assert_eq!(reader.facts.problems(), 1);
    assert_eq!(reader.feed(line.as_bytes(), true, &mut Batch::default()), line.len());
    assert_eq!((reader.facts.problems(), reader.facts.prompts), (0, 1));
}

#[test]
fn problems_are_noted_where_they_are() {
    let mut batch = Batch::default();
    let mut reader = Reader::new(FileFacts::default());
    reader.feed(&mixed(), true, &mut batch);
    let kinds: Vec<ProblemKind> = batch.problems.iter().map(|problem| problem.kind).collect();
    let expect = [
        ProblemKind::NotJson,
        ProblemKind::GluedRecords,
        ProblemKind::NotJson,
        ProblemKind::NulBytes,
        ProblemKind::NotAnObject,
        ProblemKind::InvalidUtf8,
    ];
    assert_eq!(kinds, expect);
    assert!(batch.problems.is_sorted_by_key(|problem| problem.offset));
    assert_eq!(reader.facts.problems(), 4, "what was read in full is understood");
}

#[test]
fn what_is_only_written_in_an_odd_way_is_understood() {
    let [one, two] = [user(1, &json!("one")), user(2, &json!("two"))];
    for (text, prompts, problems) in [
        (format!("{one}{two}\n"), 2, 0),
        (format!("\0\0{one}\n"), 1, 0),
        (format!("\0\0\n{one}\n"), 1, 1),
        (format!("{}{two}\n", &one.to_string()[..50]), 1, 1),
    ] {
        let (facts, ..) = read_cut(text.as_bytes(), &[], true);
        assert_eq!((facts.prompts, facts.problems()), (prompts, problems), "{text:?}");
    }
}

#[test]
fn the_first_and_the_last_are_kept_where_they_matter() {
    let facts = facts(&[
        json!({"type": "ai-title", "aiTitle": "Old"}),
        user(1, &json!("first")),
        answer(2, "msg_a", &json!({"type": "text", "text": "x"})),
        user(3, &json!("last")),
        json!({"type": "ai-title", "aiTitle": "New"}),
        json!({"type": "ai-title", "aiTitle": null}),
        json!({"type": "last-prompt", "lastPrompt": "noted"}),
    ]);
    assert_eq!(facts.cwd(), Some("/home/u/app"));
    assert_eq!(facts.cwd_last.as_deref(), Some("/home/u/app"));
    assert_eq!(facts.branch.as_deref(), Some("main"), "HEAD is no branch");
    assert_eq!(facts.versions, ["2.1.300", "2.1.301"]);
    assert_eq!((facts.first_prompt.as_deref(), facts.last_prompt.as_deref()), (Some("first"), Some("last")));
    assert_eq!((facts.ai_title.as_deref(), facts.noted_prompt.as_deref()), (Some("New"), Some("noted")));
    assert_eq!(facts.session().map(SessionId::as_str), Some("s1"));
}

#[test]
fn people_count_what_they_said_and_not_lines() {
    let text = json!({"type": "text", "text": "x"});
    let mut side = user(30, &json!("told"));
    side["isSidechain"] = json!(true);
    let mut side_answer = answer(31, "msg_side", &tool("t9", "Read", &json!({})));
    side_answer["isSidechain"] = json!(true);
    let queued = |mode: &str, prompt: Value| json!({"type": "attachment", "uuid": mode, "attachment": {"type": "queued_command", "commandMode": mode, "prompt": prompt}});
    let mut synthetic = answer(40, "uuid-like", &text);
    synthetic["message"]["model"] = json!("<synthetic>");
    let facts = facts(&[
        user(1, &json!("one")),
        user(1, &json!("one")),
        user(2, &json!("<command-name>/model</command-name>")),
        user(22, &json!("<local-command-stdout>Set model to opus</local-command-stdout>")),
        answer(3, "msg_a", &text),
        answer(4, "msg_a", &tool("t1", "Bash", &json!({"command": "ls"}))),
        answer(5, "msg_a", &tool("t1", "Bash", &json!({"command": "ls"}))),
        answer(6, "msg_b", &text),
        queued("prompt", json!("two")),
        queued("task-notification", json!("<task-notification>x")),
        synthetic,
        side,
        side_answer,
    ]);
    assert_eq!((facts.prompts, facts.answers.len(), facts.tools.len()), (2, 2, 2));
    assert_eq!(facts.sidechain_roots, 1);
    assert_eq!(facts.models, ["claude-opus-5"]);
    assert_eq!(facts.first_told.as_deref(), Some("told"));
    assert_eq!(facts.first_command.as_deref(), Some("/model"));
}

#[test]
fn an_answered_command_is_a_turn_and_one_that_the_client_carried_out_is_none() {
    let text = json!({"type": "text", "text": "x"});
    let prompts = |records: &[Value]| facts(records).prompts;
    let command = |second, name: &str| user(second, &json!(format!("<command-name>/{name}</command-name>")));
    let mut body = user(2, &json!("You are a reviewer."));
    body["isMeta"] = json!(true);
    let mut error = answer(3, "uuid-like", &text);
    error["message"]["model"] = json!("<synthetic>");
    let output = user(2, &json!("<local-command-stdout></local-command-stdout>"));
    let answered = [answer(4, "msg_a", &text), answer(5, "msg_b", &text)];
    let with = |records: &[Value]| prompts(&[records, &answered[..]].concat());
    assert_eq!(with(&[command(1, "review"), body.clone()]), 1);
    assert_eq!(with(&[command(1, "review"), body.clone(), error.clone()]), 1);
    assert_eq!(with(&[command(1, "context"), output.clone()]), 0);
    assert_eq!(with(&[command(1, "clear"), output, user(3, &json!("go on"))]), 1);
    assert_eq!(with(&[command(1, "clear"), user(3, &json!("go on"))]), 1);
    assert_eq!(prompts(&[command(1, "review"), body, error]), 0);
}

#[test]
fn tool_calls_tell_skills_files_and_subjects() {
    let call =
        |second, id: &str, name: &str, input: Value| answer(second, &format!("msg_{id}"), &tool(id, name, &input));
    let mut attributed = call(6, "t6", "Read", json!({"file_path": "/r"}));
    attributed["attributionSkill"] = json!("review");
    let (facts, _, tools) = read(&[
        call(1, "t1", "Write", json!({"content": "x", "file_path": "/w"})),
        call(2, "t2", "Edit", json!({"file_path": "/e"})),
        call(3, "t3", "Edit", json!({"file_path": "/w"})),
        call(4, "t4", "NotebookEdit", json!({"notebook_path": "/n"})),
        call(5, "t5", "Skill", json!({"skill": "commit", "args": "x"})),
        attributed,
        call(7, "t7", "Bash", json!({"description": "list", "command": "ls \\\n  -l"})),
        call(8, "t8", "Odd", json!(7)),
        result(9, "t7", true),
        result(10, "t1", false),
    ]);
    assert_eq!(facts.files_touched, ["/w", "/e", "/n"]);
    assert_eq!(facts.skills.iter().map(String::as_str).collect::<Vec<_>>(), ["commit", "review"]);
    let row = |id: &str| (tools[id].subject.as_deref(), tools[id].is_error);
    assert_eq!(row("t1"), (Some("/w"), Some(false)));
    assert_eq!(row("t5"), (Some("commit"), None));
    assert_eq!(row("t7"), (Some("ls \\ -l"), Some(true)));
    assert_eq!(row("t8"), (None, None));
    assert_eq!(tools["t7"].request, RequestKey("msg_t7".to_owned()));
}

#[test]
fn forks_name_their_original() {
    let copy = |second, more: (&str, Value)| {
        let mut record = answer(second, "msg_a", &json!({}));
        record["sessionId"] = json!("new");
        record[more.0] = more.1;
        record
    };
    let branch =
        facts(&[copy(1, ("forkedFrom", json!({"sessionId": "old", "messageUuid": "u"}))), copy(9, ("x", json!(1)))]);
    assert_eq!(branch.parent().map(SessionId::as_str), Some("old"));
    assert_eq!(branch.since.map(|at| at.timestamp() % 60), Some(9), "the first line that is not a copy");
    let fork = facts(&[copy(1, ("requestSessionId", json!("old")))]);
    assert_eq!((fork.parent().map(SessionId::as_str), fork.since), (Some("old"), None));
    let own = facts(&[copy(1, ("requestSessionId", json!("new")))]);
    assert_eq!(own.parent(), None);
}

#[test]
fn only_a_summary_of_its_own_is_a_title() {
    let summary = |text: &str, leaf: &str| json!({"type": "summary", "summary": text, "leafUuid": leaf});
    let own = facts(&[
        summary("Other", "x"),
        summary("Old", "u1"),
        user(1, &json!("hi")),
        summary("Mine", "u1"),
        summary("Last", "y"),
    ]);
    assert_eq!(own.own_summary(), Some("Mine"));
    assert_eq!(facts(&[summary("Other", "x"), user(1, &json!("hi"))]).own_summary(), None);
}

#[test]
fn rule_11_the_last_cost_state_counts_and_rare_records_are_read() {
    let (total, usage) = (
        0.25,
        json!({"claude-opus-5": {"inputTokens": 1, "outputTokens": 2, "cacheReadInputTokens": 3,
        "cacheCreationInputTokens": 10, "cacheCreationEphemeral1hInputTokens": 4, "webSearchRequests": 5, "costUSD": 0.2}}),
    );
    let facts = facts(&[
        json!({"type": "pr-link", "prUrl": "https://example.org/pull/1"}),
        json!({"type": "pr-link", "prUrl": "https://example.org/pull/1"}),
        json!({"type": "worktree-state", "worktreeSession": {"originalCwd": "/home/u/app"}}),
        json!({"type": "worktree-state", "worktreeSession": null}),
        json!({"type": "relocated", "relocatedCwd": "/home/u/app/.claude/worktrees/x"}),
        json!({"type": "cost-state", "totalCostUSD": 0.1, "modelUsage": null}),
        json!({"type": "cost-state", "totalCostUSD": total, "modelUsage": usage}),
        json!({"type": "unheard-of", "x": [null]}),
    ]);
    assert_eq!(facts.pr_links, ["https://example.org/pull/1"]);
    assert_eq!(facts.worktree_of.as_deref(), Some("/home/u/app"));
    assert_eq!(facts.cwd_last.as_deref(), Some("/home/u/app/.claude/worktrees/x"));
    assert_eq!(facts.problems(), 0);
    let tokens = Tokens { input: 1, output: 2, cache_read: 3, cache_write_5m: 6, cache_write_1h: 4 };
    let model = LedgerModel { model: "claude-opus-5".to_owned(), tokens, web_searches: 5, nano_usd: 200_000_000 };
    assert_eq!(facts.ledger(), Some(&Ledger { nano_usd: 250_000_000, models: vec![model] }));
}

#[test]
fn state_stays_small() {
    let records: Vec<Value> = (0..2000)
        .flat_map(|n| {
            let mut call =
                answer(n % 3000, &format!("msg_{n}"), &tool(&format!("t{n}"), "Bash", &json!({"command": "ls"})));
            call["uuid"] = json!(format!("a-{n}"));
            let mut done = result(n % 3000, &format!("t{n}"), false);
            done["uuid"] = json!(format!("r-{n}"));
            [call, done]
        })
        .collect();
    let stored = postcard::to_stdvec(&facts(&records)).expect("facts can be stored");
    assert!(stored.len() < 2000 * 32, "{} bytes for 2000 messages", stored.len());
}

proptest! {
    #[test]
    fn damage_is_survived(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), cut in any::<prop::sample::Index>()) {
        let mut bytes = mixed();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let cut = cut.index(bytes.len());
        let (facts, ..) = read_cut(&bytes, &[cut], false);
        prop_assert!(facts.read_to <= bytes.len() as u64);
        prop_assert_eq!(facts, read_cut(&bytes, &[], true).0);
    }
}

/// The kinds of subagents that these records tell of.
fn agent_types(records: &[Value]) -> Vec<(String, String)> {
    let text = records.iter().fold(String::new(), |text, record| text + &record.to_string() + "\n");
    let mut batch = Batch::default();
    Reader::new(FileFacts::default()).feed(text.as_bytes(), true, &mut batch);
    batch.agent_types.into_iter().map(|told| (told.agent, told.agent_type)).collect()
}

#[test]
fn the_kind_of_a_subagent_is_found_wherever_a_client_tells_it() {
    let explorer = [("a1".to_owned(), "Explore".to_owned())];
    let call = answer(2, "msg_a", &tool("t1", "Task", &json!({"subagent_type": "Explore", "prompt": "look"})));
    let nameless = answer(2, "msg_a", &tool("t1", "Agent", &json!({"prompt": "look"})));
    let mut started = result(3, "t1", false);
    started["toolUseResult"] = json!({"agentId": "a1", "status": "async_launched"});
    assert_eq!(agent_types(&[call.clone(), started.clone(), started.clone()]), explorer);
    assert_eq!(agent_types(&[nameless.clone(), started.clone()]), []);
    started["toolUseResult"]["agentType"] = json!("Explore");
    assert_eq!(agent_types(&[nameless, started.clone()]), explorer);
    assert_eq!(agent_types(&[started]), [], "a result of a tool that starts no subagent");
    let progress = json!({"type": "progress", "parentToolUseID": "t1", "timestamp": at(4), "sessionId": "s1",
        "data": {"type": "agent_progress", "agentId": "a1", "message": answer(4, "msg_b", &json!({}))}});
    assert_eq!(agent_types(&[call, progress.clone()]), explorer);
    assert_eq!(agent_types(&[progress]), []);
    let mut own = answer(5, "msg_c", &json!({}));
    own["agentId"] = json!("a1");
    own["attributionAgent"] = json!("Explore");
    assert_eq!(agent_types(&[own]), explorer);
}

#[test]
fn lines_are_changed_by_calls_that_succeeded_and_the_client_counts_for_itself() {
    let edit = |id| tool(id, "Edit", &json!({"file_path": "/a", "old_string": "a", "new_string": "b\nc"}));
    let told = |id, result: Value| {
        let mut record = user(9, &json!([{"type": "tool_result", "tool_use_id": id, "content": "x"}]));
        record["toolUseResult"] = result;
        record
    };
    let records = [
        answer(1, "m1", &edit("t1")),
        told("t1", json!({"originalFile": "a", "structuredPatch": [{"lines": ["-a", "+b", "+c", "+d"]}]})),
        answer(2, "m2", &edit("t2")),
        told("t2", json!("done")),
        answer(3, "m3", &edit("t3")),
        result(4, "t3", true),
        answer(5, "m4", &edit("t4")),
        answer(6, "m5", &tool("t5", "Bash", &json!({"command": "sed -i s/a/b/ /a"}))),
        result(7, "t5", false),
        json!({"type": "cost-state", "sessionId": "s1", "totalCostUSD": 0.5, "totalLinesAdded": 7, "totalLinesRemoved": 1}),
    ];
    let text = records.iter().fold(String::new(), |text, record| text + &record.to_string() + "\n");
    for cuts in [vec![], (0..text.len()).step_by(100).collect::<Vec<_>>()] {
        let (facts, _, tools) = read_cut(text.as_bytes(), &cuts, true);
        let lines = |id: &str| tools[id].lines.map(|lines| (lines.added, lines.removed));
        assert_eq!([lines("t1"), lines("t2")], [Some((3, 1)), Some((2, 1))], "the result, else the input");
        assert_eq!([lines("t3"), lines("t4"), lines("t5")], [None; 3], "failed, without a result, no change of a file");
        assert_eq!(facts.ledger_lines, Some(ChangedLines { added: 7, removed: 1 }));
    }
}
