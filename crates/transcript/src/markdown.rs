//! A conversation as Markdown text.

mod call;
mod fence;
mod sanitize;

use chrono::{DateTime, Utc};

use crate::conversation::{Answer, Block, Body, Command, Conversation, Image, Item, Notice, Prompt, Thinking};
use fence::{closed, fenced, quoted, span};
pub use sanitize::sanitize;

/// How much of a conversation is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Prompts and answers only.
    Talk,
    /// And one line per tool call.
    #[default]
    Tools,
    /// And thinking, tool inputs and results.
    Everything,
}

/// Markdown text of a conversation, its moments written by `written`, as in the viewer's zone. No control sequence of
/// the transcript survives in it.
pub fn to_markdown(conversation: &Conversation, detail: Detail, written: &dyn Fn(DateTime<Utc>) -> String) -> String {
    let mut page = Page { text: String::new(), detail, written, speaker: None };
    page.items(&conversation.items);
    if detail == Detail::Everything {
        page.appendix(conversation);
    } else {
        page.left_out(conversation);
    }
    page.text
}

/// The text so far.
struct Page<'a> {
    text: String,
    detail: Detail,
    written: &'a dyn Fn(DateTime<Utc>) -> String,
    /// Whose heading stands above what comes next.
    speaker: Option<String>,
}

impl Page<'_> {
    fn items(&mut self, items: &[Item]) {
        self.speaker = None;
        for item in items {
            match &item.body {
                Body::Prompt(prompt) => self.prompt(prompt, item.at),
                Body::Answer(answer) => self.answer(answer, item.at),
                Body::Command(command) => self.command(command, item.at),
                Body::Notice(notice) => self.notice(notice),
            }
        }
    }

    fn prompt(&mut self, prompt: &Prompt, at: Option<DateTime<Utc>>) {
        self.heading(prompt.from.as_deref().unwrap_or("User"), at, None);
        self.speaker = None;
        for image in &prompt.images {
            self.block(&picture(image));
        }
        self.block(&closed(&prompt.text));
    }

    fn answer(&mut self, answer: &Answer, at: Option<DateTime<Utc>>) {
        let shown: Vec<&Block> = answer.blocks.iter().filter(|block| self.shows(block)).collect();
        if shown.is_empty() {
            return;
        }
        let model = answer.model.as_deref().filter(|model| !model.starts_with('<'));
        let speaker = format!("Assistant {}", model.unwrap_or_default());
        if self.speaker.as_ref() != Some(&speaker) {
            self.heading("Assistant", at, model);
            self.speaker = Some(speaker);
        }
        for block in shown {
            match block {
                Block::Text(text) if answer.is_error => self.block(&format!("**Error:** {}", closed(text))),
                Block::Text(text) => self.block(&closed(text)),
                Block::Thinking(thinking) => self.thinking(thinking),
                Block::Tool(tool) => self.call(tool),
                Block::Image(image) => self.block(&picture(image)),
                Block::Other(kind) => self.block(&format!("[{kind}]")),
            }
        }
    }

    fn shows(&self, block: &Block) -> bool {
        match block {
            Block::Text(text) => !text.trim().is_empty(),
            Block::Thinking(thinking) => {
                self.detail == Detail::Everything && (thinking.redacted || !thinking.text.trim().is_empty())
            }
            Block::Tool(_) => self.detail >= Detail::Tools,
            Block::Image(_) => true,
            Block::Other(_) => self.detail == Detail::Everything,
        }
    }

    fn thinking(&mut self, thinking: &Thinking) {
        let text = if thinking.redacted { "(redacted)" } else { thinking.text.trim() };
        self.block(&format!("> *Thinking*\n>\n{}", quoted(text)));
    }

    fn call(&mut self, tool: &crate::ToolCall) {
        let line = call::line(tool);
        let follows = self.text.ends_with("  \n\n");
        if self.detail == Detail::Tools && follows {
            self.text.pop();
        }
        let end = if self.detail == Detail::Tools { "  " } else { "" };
        self.block_as_is(&format!("{}{end}", sanitize(&line)));
        if self.detail == Detail::Everything {
            for part in call::parts(tool) {
                self.block(&part);
            }
        }
    }

    fn command(&mut self, command: &Command, at: Option<DateTime<Utc>>) {
        self.heading("User", at, None);
        self.speaker = None;
        let line = format!("{} {}", command.name, command.args);
        match line.trim() {
            line if line.contains('\n') => self.block(&fenced(line, "")),
            line => self.block(&span(line)),
        }
        let output = sanitize(&command.output);
        if self.detail >= Detail::Tools && !output.trim().is_empty() {
            self.block(&fenced(output.trim_matches('\n'), ""));
        }
    }

    fn notice(&mut self, notice: &Notice) {
        let (tools, everything) = (self.detail >= Detail::Tools, self.detail == Detail::Everything);
        match notice {
            Notice::Compacted { trigger, tokens_before, summary } => {
                self.speaker = None;
                self.block("---");
                self.block(&compaction(trigger.as_deref(), *tokens_before));
                if tools && !summary.trim().is_empty() {
                    self.block(&quoted(summary.trim()));
                }
            }
            Notice::Interrupted => self.block("*Interrupted by the user.*"),
            Notice::TaskFinished { summary, result } => {
                if tools {
                    self.block(&format!("*{}*", summary.trim()));
                }
                if everything && !result.trim().is_empty() {
                    self.block(&quoted(result.trim()));
                }
            }
            Notice::ModelChanged { from, to } => self.block(&format!("*Model changed from {from} to {to}.*")),
            Notice::Info(text) if tools => self.block(&quoted(text.trim())),
            Notice::Injected(text) if everything => {
                self.block(&format!("> *Given to the model by the client*\n>\n{}", quoted(text.trim())));
            }
            Notice::Info(_) | Notice::Injected(_) => {}
        }
    }

    fn appendix(&mut self, conversation: &Conversation) {
        for (number, branch) in (1..).zip(&conversation.branches) {
            let turn = branch.after.and_then(|at| conversation.items.get(at)).map_or(0, |item| item.turn);
            self.block(&format!("# Abandoned branch {number}, after turn {turn}"));
            self.items(&branch.items);
        }
        for agent in &conversation.agents {
            self.block(&format!("# Subagent {}", agent.id));
            self.items(&agent.conversation.items);
            for branch in &agent.conversation.branches {
                self.items(&branch.items);
            }
        }
    }

    fn left_out(&mut self, conversation: &Conversation) {
        let line = match conversation.branches.len() {
            0 => return,
            1 => "*One abandoned branch is left out.*".to_owned(),
            count => format!("*{count} abandoned branches are left out.*"),
        };
        self.block("---");
        self.block(&line);
    }

    fn heading(&mut self, who: &str, at: Option<DateTime<Utc>>, model: Option<&str>) {
        let mut line = format!("## {}", who.replace('\n', " "));
        for part in [at.map(self.written), model.map(str::to_owned)] {
            line.extend(part.into_iter().flat_map(|part| [" · ".to_owned(), part]));
        }
        self.block(&line);
    }

    /// Adds a paragraph or another block, and an empty line behind it.
    fn block(&mut self, text: &str) {
        let plain = sanitize(text);
        self.block_as_is(plain.trim_end());
    }

    fn block_as_is(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.text.push_str("\n\n");
        }
    }
}

fn compaction(trigger: Option<&str>, tokens_before: Option<u64>) -> String {
    let parts = [trigger.map(str::to_owned), tokens_before.map(|tokens| format!("{tokens} tokens before"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let detail = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("**The conversation was compacted here**{detail}")
}

/// A picture or document in brackets.
fn picture(image: &Image) -> String {
    let kind = if image.media_type.starts_with("image") { "image" } else { "file" };
    let size = if image.bytes < 1000 { format!("{} bytes", image.bytes) } else { format!("{} kB", image.bytes / 1000) };
    format!("[{kind} {}, {size}]", image.media_type)
}
