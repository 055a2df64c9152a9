//! What a Markdown text stands inside of, and what that puts before its paragraphs.

use crate::measure::width;
use crate::paint::{Paint, Role};
use crate::para::Para;

/// Quotations, lists and their items, the innermost last.
#[derive(Default)]
pub(super) struct Containers(Vec<Container>);

enum Container {
    /// A quotation, and whether something stands in it already.
    Quote { begun: bool },
    /// A list, with the number of its next item if it counts, and whether its items are parted by empty rows.
    List { number: Option<u64>, loose: bool },
    /// An item: its mark, until it stands before something, and how far it is set in.
    Item { mark: Option<String>, indent: usize, loose: bool, begun: bool },
}

impl Containers {
    pub(super) fn quote(&mut self) {
        self.0.push(Container::Quote { begun: false });
    }

    pub(super) fn list(&mut self, number: Option<u64>) {
        self.0.push(Container::List { number, loose: false });
    }

    /// Begins an item of the innermost list.
    pub(super) fn item(&mut self) {
        let number = match self.0.last_mut() {
            Some(Container::List { number: Some(number), .. }) => {
                Some(std::mem::replace(number, number.saturating_add(1)))
            }
            _ => None,
        };
        let mark = match (number, self.depth()) {
            (Some(number), _) => format!("{number}. "),
            (None, 0..=1) => "• ".to_owned(),
            (None, 2) => "◦ ".to_owned(),
            (None, _) => "▪ ".to_owned(),
        };
        let indent = width(&mark);
        self.0.push(Container::Item { mark: Some(mark), indent, loose: false, begun: false });
    }

    pub(super) fn end(&mut self) {
        self.0.pop();
    }

    /// Ends an item; a list with one that holds paragraphs parts all that follow.
    pub(super) fn end_item(&mut self) {
        let ended = self.0.pop();
        if let (Some(Container::Item { loose: true, .. }), Some(Container::List { loose, .. })) =
            (ended, self.0.last_mut())
        {
            *loose = true;
        }
    }

    /// Says that the innermost item holds paragraphs.
    pub(super) fn loosen(&mut self) {
        if let Some(Container::Item { loose, .. }) = self.0.last_mut() {
            *loose = true;
        }
    }

    /// Whether the items of the innermost list are parted by empty rows.
    pub(super) fn is_loose(&self) -> bool {
        matches!(self.0.last(), Some(Container::List { loose: true, .. }))
    }

    /// Whether the mark of the innermost item stands before nothing yet.
    pub(super) fn is_marked(&self) -> bool {
        matches!(self.0.last(), Some(Container::Item { mark: Some(_), .. }))
    }

    pub(super) fn is_quoted(&self) -> bool {
        self.0.iter().any(|container| matches!(container, Container::Quote { .. }))
    }

    /// How many lists the text stands in.
    pub(super) fn depth(&self) -> usize {
        self.0.iter().filter(|container| matches!(container, Container::List { .. })).count()
    }

    /// Begins a block; whether no empty row parts it from what is before it.
    pub(super) fn begin(&mut self) -> bool {
        match self.0.last_mut() {
            Some(Container::Quote { begun }) => !std::mem::replace(begun, true),
            Some(Container::Item { begun, loose, mark, .. }) => {
                let first = !std::mem::replace(begun, true);
                first && mark.is_some() || !*loose
            }
            _ => false,
        }
    }

    pub(super) fn blank(&self) -> Para {
        let mut blank = Para::blank();
        for container in &self.0 {
            match container {
                Container::Quote { .. } => blank.first.push(bar()),
                Container::Item { indent, .. } => blank.first.push((" ".repeat(*indent), Paint::default())),
                Container::List { .. } => {}
            }
        }
        blank
    }

    /// Puts before a paragraph what its containers say. The mark of an item stands before its first paragraph only.
    pub(super) fn leads(&mut self, mut para: Para) -> Para {
        for container in &mut self.0 {
            match container {
                Container::Quote { .. } => {
                    para.first.push(bar());
                    para.rest.push(bar());
                }
                Container::Item { mark, indent, begun, .. } => {
                    *begun = true;
                    let spaces = (" ".repeat(*indent), Paint::default());
                    para.first.push(mark.take().map_or_else(|| spaces.clone(), |mark| (mark, Role::Dim.into())));
                    para.rest.push(spaces);
                }
                Container::List { .. } => {}
            }
        }
        para
    }
}

fn bar() -> (String, Paint) {
    ("▏ ".to_owned(), Role::Rule.into())
}
