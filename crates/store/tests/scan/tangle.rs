//! Small histories in which requests are told again in every way that is known.

use serde_json::{Value, json};
use testkit::Transcript;

use crate::history::{A, B, C};

/// The session that a copy of the first half is in.
pub(crate) const BEGINNING: &str = "dddddddd-4444-4444-8444-444444444444";
const GATEWAY: &str = "eeeeeeee-5555-4555-8555-555555555555";
const GATEWAY_COPY: &str = "ffffffff-6666-4666-8666-666666666666";
const AGENT: &str = "a0000000000000001";

/// The ways in which a client takes a history over into another session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copying {
    /// Nothing marks it; the file begins with when the prompt was queued.
    Queued,
    /// Nothing marks it, and the file begins with the first copied line.
    Bare,
    /// Answers name the session that they were made in.
    Requested,
    /// Every line names the session and the line that it comes from.
    Forked,
    /// Old clients: new uuids, no request ids, the time of copying.
    Resumed,
}

/// What is different from one history to the next.
#[derive(Debug, Clone)]
pub(crate) struct Variety {
    pub(crate) first: Copying,
    pub(crate) second: Copying,
    /// Lines that the forks take over, of a hundred.
    pub(crate) share: usize,
    /// Whether the original goes on after it was forked.
    pub(crate) goes_on: bool,
    /// Whether all but the last line of an answer are unfinished.
    pub(crate) streamed: bool,
}

/// The files of a history, by their path below `projects`.
pub(crate) fn tangle(variety: &Variety) -> Vec<(String, String)> {
    let mut original = original();
    let whole = lines(&original);
    let taken = &whole[..whole.len() * variety.share / 100];
    let fork = [copied(taken, B, variety.first, 10), own(B, 11)].concat();
    let of_fork = [copied(&fork, C, variety.second, 20), own(C, 21)].concat();
    let beginning = copied(&whole[..whole.len() / 2], BEGINNING, Copying::Bare, 0);
    if variety.goes_on {
        original.wait(50_000).prompt("later").tool("Read", json!({"file_path": "/a"}), "x").answer("end");
    }
    let agent = lines(&subagent());
    let told = agent.iter().map(progress).chain(lines(&original)).collect::<Vec<_>>();
    let twin = lines(&original)
        .into_iter()
        .rfind(|line| line["type"] == "assistant")
        .map(|line| with(line, &json!({"isSidechain": true})));
    let gateway = lines(&gateway());
    let gateway_copy = [copied(&gateway, GATEWAY_COPY, Copying::Bare, 30), own(GATEWAY_COPY, 31)].concat();
    let mut flat = Transcript::subagent(A, "b000001");
    flat.prompt("warm up").answer("warm");
    let text = |lines: Vec<Value>| if variety.streamed { text(streamed(lines)) } else { text(lines) };
    vec![
        (format!("-p/{A}.jsonl"), text(told)),
        (format!("-p/{B}.jsonl"), text(fork)),
        (format!("-q/{C}.jsonl"), text(of_fork)),
        (format!("-q/{BEGINNING}.jsonl"), text(beginning)),
        (format!("-p/{A}/subagents/agent-{AGENT}.jsonl"), text(agent.into_iter().chain(twin).collect())),
        ("-p/agent-b000001.jsonl".to_owned(), text(lines(&flat))),
        (format!("-p/{GATEWAY}.jsonl"), text(gateway).replace("\"msg_", "\"chatcmpl-")),
        (format!("-p/{GATEWAY_COPY}.jsonl"), text(gateway_copy).replace("\"msg_", "\"chatcmpl-")),
    ]
}

fn original() -> Transcript {
    let mut original = Transcript::new(A);
    original
        .beside(json!({"type": "queue-operation", "operation": "enqueue", "timestamp": "2026-11-02T08:59:59.000Z"}));
    edit(original.prompt("look"));
    original.tool_with("WebSearch", json!({"query": "q"}), "found", json!({"query": "q", "searchCount": 2}));
    original
        .message(&[json!({"type": "thinking", "thinking": "hm"}), json!({"type": "text", "text": "so"})], "end_turn");
    answer(
        &mut original,
        "msg_parts",
        &json!({"stop_reason": "refusal", "usage": {"output_tokens": 3, "iterations": [
        {"type": "message", "output_tokens": 9, "model": "claude-fable-5"},
        {"type": "fallback_message", "output_tokens": 5, "model": "claude-opus-5"},
        {"type": "fallback_message", "output_tokens": 3, "model": "claude-sonnet-5"},
        {"type": "advisor_message", "output_tokens": 2, "model": "claude-fable-5"}]},
        "pausedResponses": [{"usage": {"output_tokens": 1, "server_tool_use": {"web_search_requests": 2}}}]}),
    );
    answer(&mut original, "msg_unknown", &json!({"model": "claude-unheard-of"}));
    answer(&mut original, "2b1e", &json!({"model": "<synthetic>"}));
    original
        .chained(json!({"type": "assistant", "message": {"model": "claude-opus-5", "usage": {"output_tokens": 7}}}));
    original.wait(60).prompt("thanks").answer("welcome");
    original
}

/// A call that rewrites a line and adds another.
fn edit(transcript: &mut Transcript) -> &mut Transcript {
    let result = json!({"originalFile": "a", "structuredPatch": [{"lines": ["-a", "+b", "+c"]}]});
    transcript.tool_with("Edit", json!({"file_path": "/a", "old_string": "a", "new_string": "b\nc"}), "done", result)
}

/// An answer with an id of its own; `more` lies over its message.
fn answer(transcript: &mut Transcript, id: &str, more: &Value) {
    let message =
        json!({"id": id, "model": "claude-opus-5", "role": "assistant", "content": [], "usage": {"output_tokens": 4}});
    transcript.chained(json!({"type": "assistant", "requestId": format!("req_{id}"), "message": with(message, more)}));
}

fn subagent() -> Transcript {
    let mut agent = Transcript::subagent(A, AGENT);
    edit(agent.wait(2).prompt("look")).answer("seen");
    agent
}

fn gateway() -> Transcript {
    let mut gateway = Transcript::new(GATEWAY);
    let blocks = ["one", "two", "three"].map(|text| json!({"type": "text", "text": text}));
    edit(gateway.prompt("hello").message(&blocks, "end_turn")).answer("bye");
    gateway
}

/// What a session does by itself, some thousand seconds after the beginning.
fn own(session: &str, thousands: i64) -> Vec<Value> {
    let mut own = Transcript::new(session);
    own.wait(thousands * 1000).prompt("on").model("claude-sonnet-5").answer("forked");
    lines(&own)
}

/// A history as another session takes it over.
fn copied(lines: &[Value], session: &str, how: Copying, thousands: i64) -> Vec<Value> {
    let at = format!("2026-11-02T{:02}:{:02}:00.000Z", 9 + thousands * 1000 / 3600, thousands * 1000 / 60 % 60);
    let begin = json!({"type": "queue-operation", "operation": "enqueue", "timestamp": at, "sessionId": session});
    let copies = lines.iter().map(|line| {
        let copy = with(line.clone(), &json!({"sessionId": session}));
        match how {
            Copying::Requested if line["type"] == "assistant" => {
                with(copy, &json!({"requestSessionId": line["sessionId"]}))
            }
            Copying::Queued | Copying::Bare | Copying::Requested => copy,
            Copying::Forked => {
                with(copy, &json!({"forkedFrom": {"sessionId": line["sessionId"], "messageUuid": line["uuid"]}}))
            }
            Copying::Resumed => {
                let uuid = line["uuid"].as_str().map(|uuid| format!("{session}-{uuid}"));
                with(copy, &json!({"uuid": uuid, "requestId": null, "timestamp": at}))
            }
        }
    });
    let queued = matches!(how, Copying::Queued | Copying::Requested).then_some(begin);
    queued.into_iter().chain(copies).collect()
}

/// A line of a subagent as its parent tells it.
fn progress(line: &Value) -> Value {
    let data = json!({"type": "agent_progress", "agentId": AGENT, "message": line});
    json!({"type": "progress", "sessionId": A, "timestamp": line["timestamp"], "uuid": format!("p-{}", line["uuid"]), "data": data})
}

/// The same lines, as a client writes them that knows the figures of an answer only at its end.
fn streamed(mut lines: Vec<Value>) -> Vec<Value> {
    let ids: Vec<Value> = lines.iter().map(|line| line["message"]["id"].clone()).collect();
    for (index, line) in lines.iter_mut().enumerate() {
        if line["type"] == "assistant" && ids[index + 1..].contains(&ids[index]) {
            *line = with(line.take(), &json!({"message": {"stop_reason": null, "usage": {"output_tokens": 1}}}));
        }
    }
    lines
}

fn lines(transcript: &Transcript) -> Vec<Value> {
    transcript.text().lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn text(lines: Vec<Value>) -> String {
    lines.into_iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
}

/// An object with the members of another laid over it, at every depth.
fn with(mut value: Value, more: &Value) -> Value {
    match (&mut value, more) {
        (Value::Object(members), Value::Object(more)) => {
            for (key, more) in more {
                let member = members.entry(key.clone()).or_insert(Value::Null);
                *member = with(member.take(), more);
            }
            value
        }
        _ => more.clone(),
    }
}
