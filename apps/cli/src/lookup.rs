//! From what a person typed to the one session that it stands for.

use std::collections::HashMap;

use sessions_tui::Library;
use store::{Found, SessionRow};

use crate::context::Context;
use crate::plain_text::one_line;
use crate::report::{Candidate, Fault};
use crate::scanning;

/// Candidates listed when an id is ambiguous or unknown.
const MOST_CANDIDATES: usize = 10;

/// The session that an id or a unique beginning of one stands for, as it is now.
pub(crate) fn session(context: &mut Context, prefix: &str) -> color_eyre::Result<SessionRow> {
    let prefix = prefix.trim();
    if prefix.is_empty() {
        return Err(Fault::new("usage", "An empty id stands for no session.").next(list_step()).into());
    }
    // When another program holds the store, what is stored already is the best answer there is.
    let obstacle = scanning::freshen(context, true)?;
    match context.store.find(prefix)? {
        Found::One(row) => Ok(*row),
        Found::Many(rows) => Err(ambiguous(context, prefix, &rows).into()),
        Found::None => Err(match obstacle {
            Some(locked) => locked.into(),
            None => unknown(context, prefix)?.into(),
        }),
    }
}

/// A session as one of several candidates.
pub(crate) fn candidate(context: &Context, row: &SessionRow) -> Candidate {
    let when = row.session.ended.or(row.modified);
    Candidate {
        id: row.id().to_string(),
        when: when.map(|when| when.with_timezone(&context.zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        project: row.session.project.as_deref().map(one_line),
        title: row.session.title.as_ref().map(|title| crate::table::cut(&one_line(&title.text), 60)),
    }
}

/// Sessions that words find, the best match first: the same ones as on the screen.
pub(crate) fn matching(context: &Context, rows: Vec<SessionRow>, words: &str) -> Vec<SessionRow> {
    let library = Library::new(rows, &HashMap::new(), context.zone);
    let hits = library.candidates().rank(words);
    hits.into_iter().map(|hit| library.entries[hit.index].row.clone()).collect()
}

fn ambiguous(context: &Context, prefix: &str, rows: &[SessionRow]) -> Fault {
    let listed = rows.iter().take(MOST_CANDIDATES).map(|row| candidate(context, row)).collect();
    let more = rows.len().saturating_sub(MOST_CANDIDATES);
    let step =
        if more == 0 { "Use more of the id.".to_owned() } else { format!("… and {more} more. Use more of the id.") };
    Fault::new("ambiguous", format!("{} sessions begin with `{prefix}`:", rows.len())).candidates(listed).next(step)
}

fn unknown(context: &Context, typed: &str) -> color_eyre::Result<Fault> {
    let rows = if looks_like_an_id(typed) { Vec::new() } else { context.store.sessions()? };
    let found = matching(context, rows, typed);
    let near: Vec<Candidate> = found.iter().take(3).map(|row| candidate(context, row)).collect();
    let fault = Fault::new("not-found", format!("No session has an id that begins with `{}`.", one_line(typed)));
    Ok(if near.is_empty() {
        fault.next(list_step())
    } else {
        let step = format!("These match it as words; `sessions ls {}` lists all that do.", one_line(typed));
        fault.candidates(near).next(step)
    })
}

/// Whether something is a mistyped id rather than words: no other session is meant by it.
fn looks_like_an_id(typed: &str) -> bool {
    typed.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && typed.bytes().any(|byte| byte.is_ascii_digit())
}

fn list_step() -> String {
    "List the sessions with `sessions ls`.".to_owned()
}
