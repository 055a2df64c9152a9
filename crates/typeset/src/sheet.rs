//! An item of a conversation laid out: rows, and which of them belong to which of its parts.

use std::ops::Range;
use std::sync::Arc;

use transcript::{Detail, Item};

use crate::blocks;
use crate::code::{Code, Colors};
use crate::measure::width;
use crate::paint::{Fill, Paint, Role};
use crate::para::{Kind, Para};
use crate::wrap::{self, Measure};

/// What an item is laid out for.
pub struct Layout<'a> {
    /// How much is shown.
    pub level: Detail,
    /// Columns of a row.
    pub columns: usize,
    /// Columns of a row of prose.
    pub prose: usize,
    /// Whether long lines of code go on in the next row.
    pub wrap: bool,
    /// The directory of the session; paths inside it are shown without it.
    pub directory: &'a str,
    /// What the person decided on a part: whether it is open.
    pub folds: &'a dyn Fn(u32) -> Option<bool>,
    /// Colors of code, where they are known already.
    pub colors: &'a dyn Fn(&Code) -> Option<Arc<Colors>>,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// The person at the keyboard.
    Person,
    /// Somebody else in the place of the person.
    Other(String),
    /// The model.
    Model,
}

/// The line above what somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Who speaks.
    pub speaker: Speaker,
    /// What stands beside the name: the model.
    pub beside: String,
    /// What stands at the right end: tokens, time.
    pub right: String,
}

/// An item laid out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Its parts, in order. Empty rows between parts belong to none.
    pub parts: Vec<Part>,
    /// Code whose colors are not known yet.
    pub wanted: Vec<Code>,
}

/// A part of an item: a block that can be folded, copied, looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its number in the item.
    pub id: u32,
    /// What it is.
    pub kind: PartKind,
    /// Its rows.
    pub rows: Range<usize>,
    /// Whether it is open.
    pub open: bool,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    /// The line that says who speaks.
    Head,
    /// What the person said.
    Prompt,
    /// What the model said.
    Text,
    /// Thinking.
    Thinking,
    /// A tool call.
    Tool {
        /// Its id.
        call: String,
        /// The subagent that it started.
        agent: Option<String>,
        /// Whether its result holds pictures.
        pictures: bool,
    },
    /// A picture.
    Picture,
    /// A command of the person.
    Command,
    /// Something beside the conversation.
    Notice,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its pieces, left to right.
    pub runs: Vec<Run>,
    /// What lies behind it.
    pub fill: Option<Fill>,
    /// What stands at its right end.
    pub right: Option<(String, Paint)>,
    /// Whether a rule goes over the rest of it.
    pub rule: bool,
}

/// A piece of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its text.
    pub text: String,
    /// How it is drawn.
    pub paint: Paint,
    /// Where it stands in the text of its part (as [`plain`] gives it), in bytes; none for what is put beside it.
    pub at: Option<u32>,
}

impl Part {
    /// The number of the line that says who speaks.
    pub const HEAD: u32 = u32::MAX;
}

impl Row {
    /// Its text.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    pub(crate) fn width(&self) -> usize {
        self.runs.iter().map(|run| width(&run.text)).sum()
    }
}

/// Asks for the colors of code, and remembers what was not known.
pub(crate) struct Ask<'a> {
    pub(crate) known: &'a dyn Fn(&Code) -> Option<Arc<Colors>>,
    pub(crate) wanted: Vec<Code>,
}

impl Ask<'_> {
    pub(crate) fn colors(&mut self, code: Code) -> Option<Arc<Colors>> {
        let known = (self.known)(&code);
        if known.is_none() {
            self.wanted.push(code);
        }
        known
    }
}

/// A part before it is laid out.
pub(crate) struct Flow {
    pub(crate) kind: PartKind,
    /// Its line, for what is one line when folded.
    pub(crate) line: Option<Para>,
    /// The rest, which is hidden when it is folded. Made only when it is needed.
    pub(crate) body: Vec<Para>,
    /// Whether it can be folded.
    pub(crate) folds: bool,
    pub(crate) open: bool,
    /// Whether an empty row parts it from what is before it.
    pub(crate) parted: bool,
}

/// Lays an item out; `head` is the line above it, if somebody begins to speak here.
pub fn sheet(item: &Item, head: Option<&Head>, layout: &Layout<'_>) -> Sheet {
    let mut ask = Ask { known: layout.colors, wanted: Vec::new() };
    let measure = Measure { columns: layout.columns.max(1), prose: layout.prose.max(1), wrap: layout.wrap };
    let mut sheet = Sheet::default();
    if let Some(head) = head {
        sheet.rows.push(Row::default());
        sheet.rows.push(head_row(head));
        sheet.parts.push(Part { id: Part::HEAD, kind: PartKind::Head, rows: 1..2, open: true });
    }
    let mut after_text = false;
    for (id, flow) in (0u32..).zip(blocks::flows(item, layout, layout.folds, &mut ask)) {
        let Some(flow) = flow else { continue };
        let is_line = matches!(flow.kind, PartKind::Thinking | PartKind::Tool { .. } | PartKind::Picture);
        let under_head = sheet.parts.last().is_some_and(|part| part.kind == PartKind::Head);
        if !under_head && (flow.parted && !is_line || is_line && after_text) {
            sheet.rows.push(Row::default());
        }
        after_text = !is_line;
        let start = sheet.rows.len();
        let mut base = 0;
        for para in flow.line.iter().chain(flow.body.iter().filter(|_| flow.open)) {
            wrap::rows(para, base, measure, &mut sheet.rows);
            base += para.text.len() + 1;
        }
        sheet.parts.push(Part { id, kind: flow.kind, rows: start..sheet.rows.len(), open: flow.open || !flow.folds });
    }
    sheet.wanted = ask.wanted;
    sheet
}

/// The texts of the parts of an item that a level shows, folded ones too, each as its rows name places in it.
pub fn plain(item: &Item, level: Detail, directory: &str) -> Vec<(u32, String)> {
    let colors = |_: &Code| None;
    let folds = |_: u32| Some(true);
    let layout = Layout { level, columns: 80, prose: 80, wrap: true, directory, folds: &folds, colors: &colors };
    let mut ask = Ask { known: &colors, wanted: Vec::new() };
    let flows = blocks::flows(item, &layout, &folds, &mut ask);
    let text = |flow: Flow| {
        let paras = flow.line.iter().chain(&flow.body).map(|para| para.text.as_str());
        paras.collect::<Vec<_>>().join("\n")
    };
    (0u32..).zip(flows).filter_map(|(id, flow)| Some((id, text(flow?)))).collect()
}

fn head_row(head: &Head) -> Row {
    let (name, role) = match &head.speaker {
        Speaker::Person => ("you".to_owned(), Role::Person),
        Speaker::Other(name) => (crate::clean::line(name), Role::Person),
        Speaker::Model => ("claude".to_owned(), Role::Model),
    };
    let mut line = Para::of(Kind::Line, &name, Paint::of(role).bold());
    if !head.beside.is_empty() {
        line.push(&format!("  {}", crate::clean::line(&head.beside)), Role::Dim);
    }
    let runs = wrap::painted(&line, 0..line.text.len(), 0).into_iter().map(|run| Run { at: None, ..run }).collect();
    let right = (!head.right.is_empty()).then(|| (head.right.clone(), Role::Dim.into()));
    Row { runs, right, ..Row::default() }
}

/// Lays out a Markdown text that stands alone; `colors` are those of its code, where they are known already.
pub fn prose(text: &str, columns: usize, colors: &dyn Fn(&Code) -> Option<Arc<Colors>>) -> Vec<Row> {
    let mut ask = Ask { known: colors, wanted: Vec::new() };
    let measure = Measure { columns: columns.max(1), prose: columns.max(1), wrap: true };
    let mut rows = Vec::new();
    for para in crate::markdown::paras(&crate::clean::block(text), &mut ask) {
        wrap::rows(&para, 0, measure, &mut rows);
    }
    rows
}
