//! The parts of an item, by what they are.

use transcript::{Answer, Block, Body, Command, Detail, Image, Item, Notice, Prompt, Thinking};

use crate::clean;
use crate::long;
use crate::markdown;
use crate::paint::{Fill, Paint, Role};
use crate::para::{Kind, Para};
use crate::sheet::{Ask, Flow, Layout, PartKind};
use crate::tool;

/// Output of a command is open up to so many lines.
const SHORT: usize = 8;

/// The parts of an item in order; none in the place of what a level does not show.
pub(crate) fn flows(
    item: &Item,
    layout: &Layout<'_>,
    folds: &dyn Fn(u32) -> Option<bool>,
    ask: &mut Ask<'_>,
) -> Vec<Option<Flow>> {
    match &item.body {
        Body::Prompt(prompt) => self::prompt(prompt, folds),
        Body::Answer(answer) => self::answer(answer, item, layout, folds, ask),
        Body::Command(command) => vec![Some(self::command(command, layout.level, folds(0)))],
        Body::Notice(notice) => vec![self::notice(notice, layout.level, folds(0), ask)],
    }
}

fn prompt(prompt: &Prompt, folds: &dyn Fn(u32) -> Option<bool>) -> Vec<Option<Flow>> {
    let text = prompt.text.trim_matches('\n');
    let mut flows = Vec::new();
    if !clean::block(long::cut(text)).trim().is_empty() {
        let body = long::lines(text, &Kind::Prose, Role::Text);
        let body = body.into_iter().map(|para| hanging(para).filled(Fill::Prompt)).collect();
        flows.push(Some(speech(PartKind::Prompt, body, folds(0), Some(Fill::Prompt))));
    }
    flows.extend(prompt.images.iter().map(|image| Some(picture(image))));
    flows
}

/// Rows after the first begin where the text of the first does.
fn hanging(mut para: Para) -> Para {
    let indent = para.text.len() - para.text.trim_start_matches(' ').len();
    para.rest.push((" ".repeat(indent.min(12)), Paint::default()));
    para
}

fn answer(
    answer: &Answer,
    item: &Item,
    layout: &Layout<'_>,
    folds: &dyn Fn(u32) -> Option<bool>,
    ask: &mut Ask<'_>,
) -> Vec<Option<Flow>> {
    let level = layout.level;
    let flow = |(id, block): (u32, &Block)| match block {
        Block::Text(text) if text.trim().is_empty() => None,
        Block::Text(text) if answer.is_error => {
            let body = long::lines(text.trim(), &Kind::Prose, Role::Bad);
            Some(speech(PartKind::Text, body, folds(id), None))
        }
        Block::Text(text) => Some(speech(PartKind::Text, markdown::paras(text, ask), folds(id), None)),
        Block::Thinking(_) | Block::Tool(_) | Block::Other(_) if level == Detail::Talk => None,
        Block::Thinking(thinking) => self::thinking(thinking, level, folds(id)),
        Block::Tool(call) => Some(tool::flow(call, item.at, layout, folds(id), ask)),
        Block::Image(image) => Some(picture(image)),
        Block::Other(kind) => Some(line(PartKind::Notice, &format!("[{}]", clean::line(kind)), Role::Dim)),
    };
    (0u32..).zip(&answer.blocks).map(flow).collect()
}

/// Something that was said: open unless the person folds it; then its first line is left.
fn speech(kind: PartKind, body: Vec<Para>, fold: Option<bool>, fill: Option<Fill>) -> Flow {
    let open = fold.unwrap_or(true);
    let line = (!open).then(|| {
        let first = body.iter().find(|para| !para.text.trim().is_empty());
        let text = first.map_or("", |para| para.text.lines().next().unwrap_or_default());
        let mut line = Para::of(Kind::Line, text, Role::Dim);
        line.first = vec![mark(false)];
        line.right = Some((count(body.len(), "line"), Role::Dim.into()));
        line.fill = fill;
        line
    });
    Flow { kind, line, body, folds: true, open, parted: true }
}

fn thinking(thinking: &Thinking, level: Detail, fold: Option<bool>) -> Option<Flow> {
    let text = clean::block(thinking.text.trim());
    if text.is_empty() && !thinking.redacted {
        return None;
    }
    let open = fold.unwrap_or(level == Detail::Everything) && !thinking.redacted;
    let lines = text.split('\n').filter(|line| !line.trim().is_empty()).count();
    let told = if thinking.redacted { "redacted".to_owned() } else { count(lines, "line") };
    let mut line = Para::of(Kind::Line, "thinking", Role::Thinking);
    line.push(&format!("  ({told})"), Role::Dim);
    line.first = vec![mark(open)];
    let body = long::lines(thinking.text.trim(), &Kind::Prose, Paint { italic: true, ..Role::Thinking.into() });
    let body = body.into_iter().map(|para| hanging(para).indented(2)).collect();
    Some(Flow { kind: PartKind::Thinking, line: Some(line), body, folds: !thinking.redacted, open, parted: false })
}

/// A picture or document: what it is, for a terminal shows none.
pub(crate) fn picture(image: &Image) -> Flow {
    line(PartKind::Picture, &pictured(image), Role::Link)
}

pub(crate) fn pictured(image: &Image) -> String {
    let media = clean::line(&image.media_type);
    let (kind, name) = media.split_once('/').unwrap_or(("file", &media));
    let kind = if kind == "image" { "picture" } else { "document" };
    format!("▣ {kind}  {name} · {}", long::size(image.bytes))
}

fn command(command: &Command, level: Detail, fold: Option<bool>) -> Flow {
    let said = clean::line(&format!("{} {}", command.name, command.args));
    let output = clean::block(command.output.trim_matches('\n'));
    let has_output = level > Detail::Talk && !output.trim().is_empty();
    let lines = output.split('\n').count();
    let open = has_output && fold.unwrap_or(lines <= SHORT || level == Detail::Everything);
    let mut line = Para::of(Kind::Line, said.trim(), Role::Code);
    line.fill = Some(Fill::Prompt);
    if has_output && !open {
        line.right = Some((count(lines, "line"), Role::Dim.into()));
    }
    let body = if open { output_of(&command.output) } else { Vec::new() };
    Flow { kind: PartKind::Command, line: Some(line), body, folds: has_output, open, parted: true }
}

fn notice(notice: &Notice, level: Detail, fold: Option<bool>, ask: &mut Ask<'_>) -> Option<Flow> {
    let (tools, everything) = (level >= Detail::Tools, level == Detail::Everything);
    Some(match notice {
        Notice::Compacted { trigger, tokens_before, summary } => {
            let open = fold.unwrap_or(everything) && !summary.trim().is_empty();
            let mut flow = folded(&compaction(trigger.as_deref(), *tokens_before), Role::Warning, summary, open, ask);
            if let Some(line) = flow.line.as_mut().filter(|_| summary.trim().is_empty()) {
                line.first = vec![("✂ ".to_owned(), Role::Warning.into())];
            }
            flow
        }
        Notice::Interrupted => line(PartKind::Notice, "◼ interrupted by the person", Role::Warning),
        Notice::ModelChanged { from, to } => {
            let text = format!("⇄ the model changed from {} to {}", clean::line(from), clean::line(to));
            line(PartKind::Notice, &text, Role::Warning)
        }
        Notice::TaskFinished { summary, result } if tools => {
            let open = fold.unwrap_or(everything) && !result.trim().is_empty();
            folded(&clean::line(summary), Role::Text, result, open, ask)
        }
        Notice::Info(text) if tools => {
            let body = output_of(text);
            Flow { kind: PartKind::Notice, line: None, body, folds: false, open: true, parted: true }
        }
        Notice::Injected(text) if everything => {
            let lines = text.lines().count();
            let told = format!("given to the model by the client  ({})", count(lines, "line"));
            let open = fold.unwrap_or(false);
            let mut flow = folded(&told, Role::Dim, "", open, ask);
            flow.body = long::lines(text.trim(), &Kind::Prose, Role::Dim);
            flow.body = flow.body.into_iter().map(|para| hanging(para).indented(2)).collect();
            flow
        }
        Notice::TaskFinished { .. } | Notice::Info(_) | Notice::Injected(_) => return None,
    })
}

fn folded(title: &str, role: Role, markdown: &str, open: bool, ask: &mut Ask<'_>) -> Flow {
    let mut line = Para::of(Kind::Line, title, role);
    line.first = vec![mark(open)];
    let body = markdown::paras(markdown, ask);
    let body = body.into_iter().map(|para| para.indented(2)).collect();
    Flow { kind: PartKind::Notice, line: Some(line), body, folds: true, open, parted: true }
}

fn compaction(trigger: Option<&str>, tokens_before: Option<u64>) -> String {
    let by = match trigger {
        Some("auto") => " by itself",
        Some("manual") => " by the person",
        _ => "",
    };
    let before = tokens_before.map(|tokens| format!(" · {} tokens before", tool::short(tokens))).unwrap_or_default();
    format!("the conversation was compacted here{by}{before}")
}

fn line(kind: PartKind, text: &str, role: Role) -> Flow {
    let line = Some(Para::of(Kind::Line, text, role));
    Flow { kind, line, body: Vec::new(), folds: false, open: true, parted: true }
}

/// Output of a command, set in.
fn output_of(text: &str) -> Vec<Para> {
    long::output(text.trim_matches('\n')).into_iter().map(|para| para.indented(2)).collect()
}

/// What shows whether a part is open.
pub(crate) fn mark(open: bool) -> (String, Paint) {
    (if open { "▾ " } else { "▸ " }.to_owned(), Role::Dim.into())
}

pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
