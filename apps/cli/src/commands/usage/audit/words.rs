//! The rules that apply to a request, in words, by their numbers in docs/reference/counting.md.

use pricing::{Factor, Line, NanoUsd, Piece, Reason, RowKind, TokenKind};
use store::Ownership;
use transcript::{PartKind, Precedence};

use super::sheet::Entry;
use crate::plain_text::{counted, one_line};

/// A rule that applies, and how.
pub(super) struct Applied {
    /// Its number.
    pub(super) rule: u8,
    /// What it does here; a sentence without its full stop.
    pub(super) text: String,
}

/// Every rule that decides something about a request.
pub(super) fn applied(entry: &Entry) -> Vec<Applied> {
    let request = &entry.audited.request;
    let mut rules = Vec::new();
    let mut say = |rule, text: Option<String>| rules.extend(text.map(|text| Applied { rule, text }));
    say(4, entry.audited.precedence.map(|precedence| chosen(precedence, entry)));
    say(5, owned(entry));
    say(5, request.at.is_none().then(|| "no time is written: priced at the newest prices".to_owned()));
    for line in &entry.explanation.lines {
        say(7, line.row.as_ref().and_then(|row| special_row(row.kind, line)));
        say(8, part(line));
        let no_price = line.left_out == Some(Reason::NoPrice);
        say(10, no_price.then(|| format!("`{}` has no price on that day", one_line(&line.model))));
    }
    let by_tool = request.line_searches == 0 && request.tool_searches > 0;
    say(9, by_tool.then(|| "the line reports no web search; its WebSearch results do".to_owned()));
    let stands_in = if entry.explanation.cost.recorded.is_some() { "it stands in for the cost" } else { "not added" };
    say(11, request.recorded_nano_usd.map(|nano| format!("the client noted ${} itself: {stands_in}", NanoUsd(nano))));
    let incomplete = request.stop_reason.is_none();
    say(
        12,
        incomplete.then(|| "no stop reason: the answer was cut short here, the figures are a lower bound".to_owned()),
    );
    let counted = entry.counted();
    // what another machine tells has its number in front of the path
    let place = if counted.path.is_absolute() { "gone" } else { "on another machine" };
    say(15, (!counted.present).then(|| format!("the transcript is {place}; what was counted stays counted")));
    rules
}

/// The amount in the words of a share: `× 0.5 batch`.
pub(super) fn share((reason, factor): &(Reason, Factor)) -> String {
    format!("× {factor} {}", reason_word(*reason))
}

/// The word for a reason.
pub(super) fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Batch => "batch",
        Reason::Geography => "inference in the US",
        Reason::CloudRegion => "cloud region",
        Reason::Negotiated => "negotiated",
        Reason::ReplacedByFallback => "replaced by fallback",
        Reason::Refused => "refused",
        Reason::Uncounted => "uncounted",
        Reason::NoPrice => "no price",
    }
}

/// The name of a piece.
pub(super) fn piece_word(piece: Piece) -> &'static str {
    match piece {
        Piece::TopLevel => "answer",
        Piece::Part(PartKind::Advisor) => "advisor",
        Piece::Part(PartKind::Compaction) => "compaction",
        Piece::Part(PartKind::Paused) => "paused",
        Piece::Part(PartKind::Fallback) => "fallback",
        Piece::Part(PartKind::Uncounted) => "uncounted",
    }
}

/// The name of a kind of tokens.
pub(super) fn kind_word(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Input => "input",
        TokenKind::Output => "output",
        TokenKind::CacheWrite5m => "cache write 5 min",
        TokenKind::CacheWrite1h => "cache write 1 h",
        TokenKind::CacheRead => "cache read",
    }
}

/// The name of a kind of rows.
pub(super) fn row_word(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Standard => "standard",
        RowKind::LongPrompt { .. } => "long prompt",
        RowKind::Fast => "fast",
    }
}

fn chosen(precedence: Precedence, entry: &Entry) -> String {
    let why = match precedence {
        Precedence::NotASidechain => "this one counts: the next best is a sidechain",
        Precedence::Finished => "this one counts: the next best has no stop reason",
        Precedence::MoreOutput => "this one counts: it has the most output tokens",
        Precedence::Later => "this one counts: it stands last",
        Precedence::Same => "they say the same",
    };
    format!("{} tell it, {why}", counted(entry.audited.tellings.len() as u64, "file"))
}

fn owned(entry: &Entry) -> Option<String> {
    let payer = &entry.audited.request.session;
    let why = match entry.audited.ownership {
        Ownership::Alone => {
            let agent = one_line(entry.audited.request.agent.as_deref()?);
            return Some(format!("subagent {agent} made it: its session pays"));
        }
        Ownership::Original => "the tellings of other sessions are marked as copies",
        Ownership::Earlier => "its file begins earlier",
        Ownership::Beginning => "its file is an exact beginning of the other",
        Ownership::Older => "its own first request is older",
        Ownership::Shorter => "its file is the shorter one",
        Ownership::ById => "nothing tells the sessions apart, its id comes first",
    };
    let who =
        if entry.own { "this session pays".to_owned() } else { format!("session {} pays", one_line(payer.as_str())) };
    Some(format!("{who}: {why}"))
}

fn special_row(kind: RowKind, line: &Line) -> Option<String> {
    match kind {
        RowKind::Standard => None,
        RowKind::Fast => Some("fast mode has prices of its own".to_owned()),
        RowKind::LongPrompt { above_prompt_tokens } => Some(format!(
            "its prompt of {} is longer than {}: the whole request is at the long-prompt prices",
            counted(line.counts().prompt(), "token"),
            sessions_tui::figures::count(above_prompt_tokens),
        )),
    }
}

fn part(line: &Line) -> Option<String> {
    Some(
        match (line.piece, line.left_out) {
            (_, Some(Reason::ReplacedByFallback)) => {
                "a fallback answered: its attempts are billed in place of the answer"
            }
            (_, Some(Reason::Refused)) => "the last attempt was refused: not billed",
            (Piece::Part(PartKind::Uncounted), _) => {
                "a part that was declined or is of an unknown type: shown, not billed"
            }
            (Piece::Part(PartKind::Advisor), _) => "an advisor was asked: added, at its own model and standard speed",
            (Piece::Part(PartKind::Compaction), _) => "the server summarized the conversation: added",
            (Piece::Part(PartKind::Paused), _) => "a paused answer: added",
            (Piece::Part(PartKind::Fallback) | Piece::TopLevel, _) => return None,
        }
        .to_owned(),
    )
}
