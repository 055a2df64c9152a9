//! A conversation as plain text, safe for any terminal.

use std::io;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use indicatif::DecimalBytes;
use sessions_tui::{figures, wrapped};
use store::SessionRow;
use transcript::{Answer, Block, Body, Command, Conversation, Detail, Image, Item, Notice, Prompt, ToolCall};

use crate::context::Context;
use crate::output::{Output, Role};
use crate::plain_text::{counted, one_line, printable};

/// What quoted lines are set in by.
const QUOTE: &str = "    ";

/// Lines of a tool result that are shown before the rest is only counted.
const MOST_LINES: usize = 200;

/// Writes the facts of a session, then its conversation.
pub(super) fn write(
    row: &SessionRow,
    conversation: &Conversation,
    detail: Detail,
    context: &mut Context,
) -> io::Result<()> {
    write_heading(row, context)?;
    let zone = context.zone;
    let mut writer = Writer { output: &mut context.output, detail, zone, answering: None };
    for item in &conversation.items {
        writer.item(item)?;
    }
    let abandoned = conversation.branches.len();
    if abandoned > 0 {
        let text = format!("\nNot shown: {}; `--format json` has them.", counted(abandoned as u64, "abandoned branch"));
        writer.line(Role::Dim, &text)?;
    }
    Ok(())
}

/// Writes the facts of a session.
pub(super) fn write_heading(row: &SessionRow, context: &mut Context) -> io::Result<()> {
    let output = &mut context.output;
    output.line(&output.paint(Role::Strong, &title(row)))?;
    for line in facts(row, context.zone) {
        for line in fitted(output, &line) {
            output.line(&output.paint(Role::Dim, &line))?;
        }
    }
    output.line(&output.paint(Role::Handle, &one_line(row.id().as_str())))
}

/// The facts of a session as the head of a Markdown text.
pub(super) fn markdown_heading(row: &SessionRow, zone: Tz) -> String {
    let facts: Vec<String> =
        facts(row, zone).into_iter().chain([format!("`{}`", one_line(row.id().as_str()))]).collect();
    format!("# {}\n\n- {}\n\n", title(row), facts.join("\n- "))
}

fn title(row: &SessionRow) -> String {
    row.session.title.as_ref().map_or_else(|| "(untitled)".to_owned(), |title| one_line(&title.text))
}

/// Lines of facts: where, when, what it cost.
fn facts(row: &SessionRow, zone: Tz) -> Vec<String> {
    let session = &row.session;
    let shown = |text: &Option<String>| text.as_deref().map(one_line);
    let place = [shown(&session.project), shown(&session.branch), shown(&session.cwd_last)];
    let time = [
        span(session.started, session.ended, zone),
        (session.active_ms > 0).then(|| format!("{} active", figures::duration(session.active_ms))),
        Some(counted(session.prompts, "turn")),
        Some(counted(session.tool_calls, "tool call")),
    ];
    let models = session.models.iter().map(|model| one_line(pricing::canonical(model))).collect::<Vec<_>>().join(", ");
    let money = [
        (!models.is_empty()).then_some(models),
        Some(format!("{} tokens", figures::tokens(row.tokens.total()))),
        Some(figures::money(row.cost, row.unknown_cost_requests > 0)),
        session.versions.last().map(|version| format!("Claude Code {}", one_line(version))),
    ];
    let join = |parts: &[Option<String>]| parts.iter().flatten().cloned().collect::<Vec<_>>().join(" · ");
    let recorded = if row.adopted { "as claude-session-logger recorded it" } else { "" };
    [join(&place), join(&time), join(&money), recorded.to_owned()].into_iter().filter(|line| !line.is_empty()).collect()
}

fn span(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>, zone: Tz) -> Option<String> {
    let (from, to) = (from?.with_timezone(&zone), to?.with_timezone(&zone));
    let end = if from.date_naive() == to.date_naive() { "%H:%M %Z" } else { "%Y-%m-%d %H:%M %Z" };
    Some(format!("{} – {}", from.format("%Y-%m-%d %H:%M"), to.format(end)))
}

/// Writes items one after the other.
struct Writer<'a> {
    output: &'a mut Output,
    detail: Detail,
    zone: Tz,
    /// The model whose answer was written last, while nothing else stands after it.
    answering: Option<String>,
}

impl Writer<'_> {
    fn item(&mut self, item: &Item) -> io::Result<()> {
        if !matches!(item.body, Body::Answer(_)) {
            self.answering = None;
        }
        match &item.body {
            Body::Prompt(prompt) => self.prompt(prompt, item.at),
            Body::Answer(answer) => self.answer(answer, item.at),
            Body::Command(command) => self.command(command, item.at),
            Body::Notice(notice) => self.notice(notice),
        }
    }

    fn prompt(&mut self, prompt: &Prompt, at: Option<DateTime<Utc>>) -> io::Result<()> {
        let who = prompt.from.as_deref().map_or_else(|| "you".to_owned(), one_line);
        self.speaker(&who, "", at)?;
        self.text(&prompt.text)?;
        prompt.images.iter().try_for_each(|image| self.image(image))
    }

    fn answer(&mut self, answer: &Answer, at: Option<DateTime<Utc>>) -> io::Result<()> {
        if !answer.blocks.iter().any(|block| self.shows(block)) {
            return Ok(());
        }
        let model = answer.model.as_deref().map(|model| one_line(pricing::canonical(model))).unwrap_or_default();
        if self.answering.as_ref() == Some(&model) {
            self.output.line("")?;
        } else {
            self.speaker("claude", &model, at)?;
            self.answering = Some(model);
        }
        for block in &answer.blocks {
            match block {
                Block::Text(text) => self.text(text)?,
                Block::Thinking(thinking) if self.detail >= Detail::Everything => {
                    let text = if thinking.text.is_empty() { "(not kept)" } else { &thinking.text };
                    self.line(Role::Dim, "thinking:")?;
                    self.told(text)?;
                }
                Block::Tool(call) if self.detail >= Detail::Tools => self.tool(call)?,
                Block::Image(image) => self.image(image)?,
                Block::Other(kind) if self.detail >= Detail::Tools => {
                    self.line(Role::Dim, &format!("({})", one_line(kind)))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether anything of a block is shown.
    fn shows(&self, block: &Block) -> bool {
        match block {
            Block::Text(text) => !text.trim().is_empty(),
            Block::Image(_) => true,
            Block::Thinking(_) => self.detail >= Detail::Everything,
            Block::Tool(_) | Block::Other(_) => self.detail >= Detail::Tools,
        }
    }

    fn tool(&mut self, call: &ToolCall) -> io::Result<()> {
        let failed = call.result.as_ref().is_some_and(|result| result.is_error);
        let ending = if failed { "  failed" } else { "" };
        self.line(Role::Plain, &format!("▸ {}  {}{ending}", one_line(&call.name), one_line(&call.subject)))?;
        if self.detail < Detail::Everything {
            return Ok(());
        }
        self.quoted(&serde_json::to_string_pretty(&call.input).unwrap_or_default())?;
        if let Some(result) = &call.result {
            self.line(Role::Dim, "  result:")?;
            self.quoted(&result.text)?;
            result.images.iter().try_for_each(|image| self.image(image))?;
        }
        Ok(())
    }

    fn command(&mut self, command: &Command, at: Option<DateTime<Utc>>) -> io::Result<()> {
        self.speaker("you", "", at)?;
        self.line(Role::Plain, &format!("{} {}", one_line(&command.name), printable(&command.args)))?;
        if self.detail >= Detail::Tools { self.quoted(&command.output) } else { Ok(()) }
    }

    fn notice(&mut self, notice: &Notice) -> io::Result<()> {
        let (head, more) = match notice {
            Notice::Compacted { trigger, tokens_before, summary } => {
                let how = trigger.as_deref().map(|trigger| format!(", {}", one_line(trigger))).unwrap_or_default();
                let size = tokens_before.map(|count| format!(", {} tokens before", figures::tokens(count)));
                (format!("the history was summarized here{how}{}", size.unwrap_or_default()), summary.as_str())
            }
            Notice::Interrupted => ("interrupted".to_owned(), ""),
            Notice::TaskFinished { summary, result } => (one_line(summary), result.as_str()),
            Notice::ModelChanged { from, to } => {
                (format!("the model changed from {} to {}", one_line(from), one_line(to)), "")
            }
            Notice::Injected(_) if self.detail < Detail::Everything => return Ok(()),
            Notice::Injected(text) => ("for the model:".to_owned(), text.as_str()),
            Notice::Info(_) if self.detail < Detail::Tools => return Ok(()),
            Notice::Info(text) => (one_line(text), ""),
        };
        self.output.line("")?;
        self.line(Role::Dim, &format!("· {head}"))?;
        if self.detail >= Detail::Everything { self.told(more) } else { Ok(()) }
    }

    fn speaker(&mut self, who: &str, what: &str, at: Option<DateTime<Utc>>) -> io::Result<()> {
        let time = at.map(|at| at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        let parts: Vec<&str> = [what, time.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let head = self.output.paint(Role::Strong, &format!("── {who}"));
        let rest = self.output.paint(Role::Dim, &parts.join(" · "));
        self.output.line("")?;
        self.output.line(format!("{head}  {rest}").trim_end())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let text = printable(text.trim_end().trim_start_matches(['\n', '\r']));
        if text.trim().is_empty() { Ok(()) } else { self.line(Role::Plain, &text) }
    }

    /// Indented prose, the rest only counted.
    fn told(&mut self, text: &str) -> io::Result<()> {
        let text = printable(text.trim_end());
        let columns = self.output.width.saturating_sub(QUOTE.len());
        let lines = if self.output.terminal { wrapped(&text, columns).join("\n") } else { text.into_owned() };
        self.quoted(&lines)
    }

    /// Indented lines as they are, the rest only counted.
    fn quoted(&mut self, text: &str) -> io::Result<()> {
        let text = printable(text.trim_end());
        for line in text.lines().take(MOST_LINES) {
            self.output.line(&self.output.paint(Role::Dim, &format!("{QUOTE}{line}")))?;
        }
        let more = text.lines().count().saturating_sub(MOST_LINES);
        if more == 0 {
            return Ok(());
        }
        self.line(Role::Dim, &format!("{QUOTE}… {more} more lines; `--format md --detail everything` has them"))
    }

    fn image(&mut self, image: &Image) -> io::Result<()> {
        self.line(Role::Dim, &format!("[{}, {}]", one_line(&image.media_type), DecimalBytes(image.bytes)))
    }

    fn line(&mut self, role: Role, text: &str) -> io::Result<()> {
        for line in fitted(self.output, text) {
            self.output.line(&self.output.paint(role, &line))?;
        }
        Ok(())
    }
}

/// Lines broken at words where a person reads them, else as they are.
fn fitted(output: &Output, text: &str) -> Vec<String> {
    if output.terminal { wrapped(text, output.width) } else { vec![text.to_owned()] }
}
