//! Markdown as paragraphs.

mod containers;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::clean;
use crate::code::{self, Code};
use crate::long;
use crate::paint::{Fill, Paint, Role};
use crate::para::{Kind, Para};
use crate::sheet::Ask;
use crate::table::{Cell, Side, Table};
use containers::Containers;

/// The paragraphs of a Markdown text. Line breaks stay where the text has them.
pub(crate) fn paras(whole: &str, ask: &mut Ask<'_>) -> Vec<Para> {
    let text = clean::block(long::cut(whole));
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut writer = Writer::default();
    for event in Parser::new_ext(&text, options) {
        writer.event(event, ask);
    }
    writer.end_para();
    writer.paras.extend(long::rest(whole));
    writer.paras
}

#[derive(Default)]
struct Writer {
    paras: Vec<Para>,
    para: Option<Para>,
    containers: Containers,
    paint: Vec<Paint>,
    /// The language and the text of the code block that is open.
    code: Option<(String, String)>,
    table: Option<Table>,
    cell: Option<Cell>,
    /// Where the links that are open lead to, and where their texts begin.
    links: Vec<(String, usize)>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>, ask: &mut Ask<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag, ask),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text, self.paint()),
            },
            Event::Code(code) => self.text(&code, Paint { role: Role::Code, ..self.paint() }),
            Event::Html(html) => self.html(&html),
            Event::InlineHtml(html) | Event::InlineMath(html) | Event::DisplayMath(html) => {
                self.text(&html, self.paint());
            }
            Event::FootnoteReference(name) => self.text(&format!("[{name}]"), Role::Dim.into()),
            Event::SoftBreak | Event::HardBreak => self.text("\n", self.paint()),
            Event::Rule => {
                self.block();
                let para = self.containers.leads(Para::new(Kind::Rule));
                self.paras.push(para);
            }
            Event::TaskListMarker(done) => self.text(if done { "☑ " } else { "☐ " }, Role::Dim.into()),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                self.containers.loosen();
                self.block();
            }
            Tag::Heading { level, .. } => {
                self.block();
                let heading = Paint::of(Role::Heading).bold();
                self.paint.push(Paint { underlined: level == HeadingLevel::H1, ..heading });
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.containers.quote();
            }
            Tag::CodeBlock(kind) => {
                self.block();
                let language = match kind {
                    CodeBlockKind::Fenced(name) => name.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::List(number) => {
                self.end_para();
                if self.containers.depth() == 0 {
                    self.block();
                }
                self.containers.list(number);
            }
            Tag::Item => self.item(),
            Tag::Table(sides) => {
                self.block();
                let sides = sides.iter().map(|side| match side {
                    Alignment::Right => Side::Right,
                    Alignment::Center => Side::Middle,
                    Alignment::Left | Alignment::None => Side::Left,
                });
                self.table = Some(Table { sides: sides.collect(), lines: Vec::new() });
            }
            Tag::TableHead => {
                self.line_of_table();
                self.paint.push(Paint::default().bold());
            }
            Tag::TableRow => self.line_of_table(),
            Tag::TableCell => self.cell = Some(Cell::new()),
            Tag::Emphasis => self.paint.push(Paint { italic: true, ..self.paint() }),
            Tag::Strong => self.paint.push(Paint { bold: true, ..self.paint() }),
            Tag::Strikethrough => self.paint.push(Paint { struck: true, ..self.paint() }),
            Tag::Link { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.length()));
                self.paint.push(Paint { role: Role::Link, underlined: true, ..self.paint() });
            }
            Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.length()));
                self.text("▣ ", Role::Dim.into());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, ask: &mut Ask<'_>) {
        match tag {
            TagEnd::Paragraph => self.end_para(),
            TagEnd::Heading(_) => {
                self.paint.pop();
                self.end_para();
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) => {
                self.end_para();
                self.containers.end();
            }
            TagEnd::Item => {
                self.end_para();
                if self.containers.is_marked() {
                    let para = self.containers.leads(Para::new(Kind::Prose));
                    self.paras.push(para);
                }
                self.containers.end_item();
            }
            TagEnd::CodeBlock => self.end_code(ask),
            TagEnd::Table => {
                if let Some(mut table) = self.table.take() {
                    let text = table.text();
                    let mut para = Para::new(Kind::Table(Box::new(table)));
                    para.push(&text, Paint::default());
                    let para = self.containers.leads(para);
                    self.paras.push(para);
                }
            }
            TagEnd::TableCell => {
                if let (Some(table), Some(cell)) = (&mut self.table, self.cell.take())
                    && let Some(line) = table.lines.last_mut()
                {
                    line.push(cell);
                }
            }
            TagEnd::TableHead | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.paint.pop();
            }
            TagEnd::Link => {
                self.paint.pop();
                self.end_link();
            }
            TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.end_para();
        if self.containers.is_loose() {
            self.paras.push(self.containers.blank());
        }
        self.containers.item();
    }

    fn line_of_table(&mut self) {
        if let Some(table) = &mut self.table {
            table.lines.push(Vec::new());
        }
    }

    fn paint(&self) -> Paint {
        let base = if self.containers.is_quoted() { Role::Quote.into() } else { Paint::default() };
        self.paint.last().copied().unwrap_or(base)
    }

    fn text(&mut self, text: &str, paint: Paint) {
        if let Some(cell) = &mut self.cell {
            cell.para.push(text, paint);
            return;
        }
        if self.para.is_none() {
            self.para = Some(self.containers.leads(Para::new(Kind::Prose)));
        }
        if let Some(para) = &mut self.para {
            para.push(text, paint);
        }
    }

    /// Tags outside of a line are shown as they are: in these texts they are talked about, not meant.
    fn html(&mut self, html: &str) {
        if self.para.is_none() {
            self.block();
        }
        self.text(html, Role::Dim.into());
    }

    fn length(&self) -> usize {
        self.cell.as_ref().map(|cell| &cell.para).or(self.para.as_ref()).map_or(0, |para| para.text.len())
    }

    /// Says where a link leads unless its text says so.
    fn end_link(&mut self) {
        let Some((target, start)) = self.links.pop() else { return };
        let para = self.cell.as_ref().map(|cell| &cell.para).or(self.para.as_ref());
        let said = para.and_then(|para| para.text.get(start..)).unwrap_or_default();
        let told = target.trim_start_matches("mailto:").trim_end_matches('/');
        if !told.is_empty() && !told.starts_with('#') && !said.contains(told) {
            self.text(&format!(" ({target})"), Role::Dim.into());
        }
    }

    fn end_para(&mut self) {
        if let Some(mut para) = self.para.take() {
            let kept = para.text.trim_end_matches('\n').len();
            para.text.truncate(kept);
            para.spans.iter_mut().for_each(|(end, _)| *end = (*end).min(kept));
            self.paras.push(para);
        }
    }

    /// Begins a block: whatever is open ends, and an empty row parts it from what is before it.
    fn block(&mut self) {
        self.end_para();
        let first = self.containers.begin();
        if !self.paras.is_empty() && !first {
            self.paras.push(self.containers.blank());
        }
    }

    fn end_code(&mut self, ask: &mut Ask<'_>) {
        let Some((language, text)) = self.code.take() else { return };
        let text = text.trim_end_matches('\n');
        let colors = Code::new(&language, text).and_then(|code| ask.colors(code));
        let is_change = language == "diff" || language == "patch";
        let lines = if is_change { crate::diff::unified(text) } else { code::lines(text, colors.as_deref()) };
        let name = language.split([' ', ',', '{']).next().unwrap_or_default().to_owned();
        for (at, line) in lines.into_iter().enumerate() {
            let fill = line.fill.unwrap_or(Fill::Code);
            let mut para = self.containers.leads(line.filled(fill));
            let space = (" ".to_owned(), Paint::default());
            para.first.push(space.clone());
            para.rest.push(space);
            para.right = (at == 0 && !name.is_empty()).then(|| (name.clone(), Role::Dim.into()));
            self.paras.push(para);
        }
    }
}
