//! Sessions that another program recorded and that have no transcript any more: told to the journal as if there had been one.
//!
//! What is known of such a session is written as the lines of a transcript would say it, and read as those are; so it counts
//! by the same rules. Its file has a path that no file can have, is never there, and makes way for any transcript of the
//! session, whenever one comes.

use std::collections::HashMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use duckdb::Connection;
use journal::{Journal, Scope};
use serde_json::{Value, json};
use transcript::{Batch, FileFacts, Reader, Request, Session, SessionFile, SessionId, Tokens};

use crate::fold::{FileHead, FileSaid, Packer, SessionBody, ToldRequest};
use crate::foreign::names;
use crate::open::{Access, Opened};
use crate::{LoggedSession, Store, StoreError};

macro_rules! adopted {
    () => {
        "claude-session-logger:"
    };
}
pub(crate) use adopted;

/// What the path of such a file begins with, on its own machine; the id of the session follows.
pub(crate) const ADOPTED: &str = adopted!();

/// Whether a path of the column `path` of a table, from whatever machine, is that of such a file.
pub(crate) fn is_adopted(table: &str) -> String {
    format!("contains({table}.path, '{ADOPTED}')")
}

/// Sessions that are told of at once.
const BATCH: usize = 500;

/// Those of the sessions that are not stored, or of which more was recorded since they were taken over.
pub(crate) fn wanted(store: &Store, sessions: &[LoggedSession]) -> Result<Vec<LoggedSession>, StoreError> {
    let known = if store.exists() {
        Opened::existing(store.path(), Access::Read, store.patience())?.ask(known)?
    } else {
        HashMap::new()
    };
    let is_wanted = |session: &&LoggedSession| match known.get(&session.session_id) {
        None => !session.session_id.is_empty(),
        Some(Some(read_to)) => *read_to < length(session),
        Some(None) => false,
    };
    Ok(sessions.iter().filter(is_wanted).cloned().collect())
}

/// The sessions that are stored; how much was recorded of those that have no transcript of their own.
fn known(connection: &Connection) -> Result<HashMap<String, Option<i64>>, StoreError> {
    let sql = format!(
        "SELECT session_id, CASE WHEN bool_and({}) THEN max(read_to) END FROM files GROUP BY session_id",
        is_adopted("files")
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What stands for the length of the file: a later recording is longer.
fn length(session: &LoggedSession) -> i64 {
    session.ended_at_ms.or(session.started_at_ms).unwrap_or(0).max(1)
}

/// Tells the journal of sessions; `author` worked in those of which nobody is known to have.
pub(crate) fn adopt(
    journal: &Journal,
    sessions: &[LoggedSession],
    author: &str,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let failed = |source| StoreError::Io { action: "pack", path: "what a session tells".into(), source };
    let mut press = Packer::new().map_err(failed)?;
    let mut told = 0;
    for batch in sessions.chunks(BATCH) {
        let mut bodies = Vec::with_capacity(batch.len());
        for session in batch {
            let body = body(session, author, now, &mut press).map_err(failed)?;
            bodies.push(serde_json::to_vec(&body).map_err(|error| failed(error.into()))?);
        }
        told += journal.append(&Scope::Here, &bodies)?.len() as u64;
    }
    Ok(told)
}

fn body(session: &LoggedSession, author: &str, now: DateTime<Utc>, press: &mut Packer) -> std::io::Result<SessionBody> {
    let (facts, batch) = read(session);
    let id = SessionId(session.session_id.clone());
    let parts = [SessionFile { main: true, facts: &facts }];
    let mut summary = json!(Session { first_prompt: None, last_prompt: None, ..Session::fold(id.clone(), &parts) });
    let sum = |of: fn(&Tokens) -> u64| batch.requests.iter().map(|request| of(&request.tokens)).sum();
    summary["tokens"] = json!(Tokens {
        input: sum(|tokens| tokens.input),
        output: sum(|tokens| tokens.output),
        cache_write_5m: sum(|tokens| tokens.cache_write_5m),
        cache_write_1h: sum(|tokens| tokens.cache_write_1h),
        cache_read: sum(|tokens| tokens.cache_read),
    });
    summary["requests"] = json!(batch.requests.len());
    let hours = batch.requests.iter().map(hour).collect();
    let requests = batch.requests.into_iter().map(ToldRequest::of).collect();
    let said = FileSaid { facts, requests, ..FileSaid::default() };
    let head = FileHead {
        path: format!("{ADOPTED}{id}"),
        root: Some(ADOPTED.trim_end_matches(':').to_owned()),
        role: "session".to_owned(),
        mtime_ns: length(session).saturating_mul(1_000_000),
        read_to: length(session).unsigned_abs(),
        ..FileHead::default()
    };
    let author = session.created_by.as_deref().filter(|name| !["", "unknown"].contains(name)).unwrap_or(author);
    Ok(SessionBody {
        v: 1,
        kind: SessionBody::KIND.to_owned(),
        at_ms: u64::try_from(now.timestamp_millis()).unwrap_or_default(),
        by: author.to_owned(),
        author: author.to_owned(),
        session: summary,
        hours: Value::Array(hours),
        files: vec![head],
        packed: press.pack(&[said])?,
        id,
        ..SessionBody::default()
    })
}

/// A request as one hour of its model, for readers that know nothing of transcripts.
fn hour(request: &Request) -> Value {
    let tokens = request.tokens;
    let hour = request.at.and_then(|at| at.duration_trunc(TimeDelta::hours(1)).ok());
    json!({
        "hour": hour, "model": request.model, "requests": 1, "input": tokens.input, "output": tokens.output,
        "cache_write_5m": tokens.cache_write_5m, "cache_write_1h": tokens.cache_write_1h,
        "cache_read": tokens.cache_read, "web_searches": 0,
    })
}

/// What the lines say.
fn read(session: &LoggedSession) -> (FileFacts, Batch) {
    let text = lines(session).iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let mut reader = Reader::new(FileFacts::default());
    let mut batch = Batch::default();
    reader.feed(text.as_bytes(), true, &mut batch);
    (reader.finish(), batch)
}

/// What is known of a session, as lines of a transcript. Calls of tools are only counted; the usage of a model is one request
/// at the end.
fn lines(session: &LoggedSession) -> Vec<Value> {
    let id = &session.session_id;
    let time = |ms: Option<i64>| ms.and_then(DateTime::from_timestamp_millis);
    let started = time(session.started_at_ms.or(session.ended_at_ms));
    let ended = time(session.ended_at_ms.or(session.started_at_ms));
    let line = |kind: &str, name: &str, at: Option<DateTime<Utc>>, more: Value| {
        let mut line = json!({
            "type": kind, "uuid": format!("{ADOPTED}{id}:{name}"), "timestamp": at, "sessionId": id, "cwd": session.cwd,
            "gitBranch": session.git_branch, "version": session.cc_version,
        });
        if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
            line.extend(more);
        }
        line
    };
    let calls = |kind: &str, key: &str| -> Value {
        (0..session.tool_call_count.min(100_000))
            .map(|at| json!({ "type": kind, key: format!("{ADOPTED}{id}:{at}"), "name": "", "input": {} }))
            .collect()
    };
    let mut lines = vec![line("system", "start", started, json!({ "subtype": "adopted" }))];
    if let Some(title) = session.title.as_deref().filter(|title| !title.trim().is_empty()) {
        lines.push(json!({ "type": "ai-title", "aiTitle": title, "sessionId": id }));
    }
    // a line names one skill at most: the last request is told in as many lines as are needed for all of them
    let skills = names(session.skills_used.as_deref().unwrap_or_default());
    for at in 0..session.models.len().max(skills.len()) {
        let Some(model) = session.models.get(at).or(session.models.last()) else { break };
        let skill = skills.get(at);
        let content = if at == 0 { calls("tool_use", "id") } else { json!([]) };
        let message = json!({
            "id": format!("{ADOPTED}{id}:{}", model.model), "role": "assistant", "model": model.model,
            "content": content, "stop_reason": "end_turn",
            "usage": {
                "input_tokens": model.input_tokens, "output_tokens": model.output_tokens,
                "cache_creation_input_tokens": model.cache_write_tokens,
                "cache_read_input_tokens": model.cache_read_tokens,
            },
        });
        let more = json!({ "message": message, "costUSD": model.cost_usd, "attributionSkill": skill });
        lines.push(line("assistant", &format!("answer-{at}"), ended, more));
    }
    let results = json!({ "role": "user", "content": calls("tool_result", "tool_use_id") });
    lines.push(line("user", "results", ended, json!({ "message": results })));
    lines
}

/// Files of sessions of which there is a transcript, from whatever machine and whether it is still there or not.
pub(crate) fn replaced(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let sql = format!(
        "SELECT file_id FROM files adopted WHERE {} AND session_id IN (
             SELECT session_id FROM files own WHERE role = 'session' AND NOT {})",
        is_adopted("adopted"),
        is_adopted("own"),
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use transcript::TitleSource;

    use super::*;
    use crate::LoggedModel;

    #[test]
    fn what_is_known_of_a_session_is_read_as_its_transcript_would_be() {
        let model = |model: &str, input_tokens| LoggedModel {
            model: model.to_owned(),
            input_tokens,
            output_tokens: 5,
            cache_write_tokens: 7,
            cache_read_tokens: 11,
            cost_usd: Some(0.25),
        };
        let session = LoggedSession {
            session_id: "s1".into(),
            cwd: Some("/src/shop".into()),
            started_at_ms: Some(1_800_000_000_000),
            ended_at_ms: Some(1_800_000_600_000),
            tool_call_count: 3,
            skills_used: Some("deploy, review, test".into()),
            git_branch: Some("main".into()),
            cc_version: Some("2.0.1".into()),
            title: Some("Refunds".into()),
            models: vec![model("claude-opus-4-1", 3), model("claude-haiku-4-5", 2)],
            ..LoggedSession::default()
        };
        let (facts, batch) = read(&session);
        let folded = Session::fold("s1".into(), &[SessionFile { main: true, facts: &facts }]);
        let title = folded.title.as_ref().map(|title| (title.text.as_str(), title.source));
        assert_eq!(title, Some(("Refunds", TitleSource::Ai)));
        assert_eq!((folded.project.as_deref(), folded.branch.as_deref()), (Some("shop"), Some("main")));
        assert_eq!((folded.prompts, folded.tool_calls, folded.problems), (0, 3, 0));
        assert_eq!(folded.started.map(|at| at.timestamp_millis()), session.started_at_ms);
        assert_eq!(folded.ended.map(|at| at.timestamp_millis()), session.ended_at_ms);
        assert_eq!(folded.skills, ["deploy", "review", "test"]);
        let tokens: Vec<u64> = batch.requests.iter().map(|request| request.tokens.total()).collect();
        assert_eq!(tokens, [26, 25]);
        assert!(batch.requests.iter().all(|request| request.session.as_str() == "s1" && !request.key.is_global()));
    }
}
