//! An entry as a page that is edited.

use crate::draft::Draft;
use crate::entry::Entry;
use crate::vocabulary::Vocabulary;

/// What stands on the page of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its category.
    pub category: String,
    /// Its status.
    pub status: String,
    /// Its body.
    pub body: String,
}

/// What a page cannot be taken for, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PageFault(String);

impl Page {
    /// The page of an entry.
    pub fn of(entry: Entry<'_>) -> Self {
        Self {
            title: entry.title().to_owned(),
            category: entry.category().to_owned(),
            status: entry.status().to_owned(),
            body: entry.body().to_owned(),
        }
    }

    /// As it is written: three fields, an empty line, the body.
    pub fn write(&self) -> String {
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let Self { category, status, body, .. } = self;
        format!("title: {title}\ncategory: {category}\nstatus: {status}\n\n{}\n", body.trim_end())
    }

    /// Reads it again.
    pub fn read(text: &str, vocabulary: &Vocabulary) -> Result<Self, PageFault> {
        let mut page = Self::default();
        let mut lines = text.lines();
        for line in lines.by_ref().skip_while(|line| line.trim().is_empty()) {
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').map_or((line, ""), |(name, value)| (name, value.trim()));
            match name.trim() {
                "title" => value.clone_into(&mut page.title),
                "category" => vocabulary.checked_category(value)?.clone_into(&mut page.category),
                "status" => vocabulary.checked_status(value)?.clone_into(&mut page.status),
                _ => {
                    let message =
                        format!("`{line}` is none of title, category, status; leave an empty line before the body");
                    return Err(PageFault(message));
                }
            }
        }
        lines.collect::<Vec<_>>().join("\n").trim_end().clone_into(&mut page.body);
        if page.title.is_empty() {
            return Err(PageFault("an entry needs a title: write it behind `title:`".to_owned()));
        }
        Ok(page)
    }

    /// The change that makes an entry say this.
    pub fn draft(self) -> Draft {
        let draft = Draft::default().set("title", self.title).set("body", self.body);
        let draft = if self.category.is_empty() { draft } else { draft.set("category", self.category) };
        if self.status.is_empty() { draft } else { draft.set("status", self.status) }
    }
}

impl Vocabulary {
    /// A category as it is spelled, or which there are.
    pub fn checked_category(&self, written: &str) -> Result<&str, PageFault> {
        let all = || self.categories().collect::<Vec<_>>().join(", ");
        self.category(written).ok_or_else(|| PageFault(format!("`{written}` is no category; there are: {}", all())))
    }

    /// A status as it is spelled, or which there are.
    pub fn checked_status(&self, written: &str) -> Result<&str, PageFault> {
        let all = || self.statuses().collect::<Vec<_>>().join(", ");
        self.status(written).ok_or_else(|| PageFault(format!("`{written}` is no status; there are: {}", all())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_it_is_written() {
        let all = Vocabulary::default();
        for body in ["", "one\n\n# two: three\nstatus: x", "title: none"] {
            let page =
                Page { title: "A: b".into(), category: "issue".into(), status: "open".into(), body: body.into() };
            assert_eq!(Page::read(&page.write(), &all), Ok(page.clone()), "{body}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_page_is_said() {
        let all = Vocabulary::default();
        for (text, expect) in [
            ("", "an entry needs a title: write it behind `title:`"),
            ("title: x\nstatus: done", "`done` is no status; there are: open, in_progress, blocked, resolved, info"),
            ("title: x\nBody", "`Body` is none of title, category, status; leave an empty line before the body"),
        ] {
            assert_eq!(Page::read(text, &all).map_err(|fault| fault.to_string()), Err(expect.to_owned()), "{text}");
        }
    }
}
