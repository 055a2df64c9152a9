//! Whether a session fulfils a clause about itself.

use std::path::Path;

use super::ready::Ready;
use crate::query::{Bound, Measure, NameField, Setting, What};
use crate::text::Folded;

impl Ready {
    /// Whether it fulfils a clause; texts are not looked at here.
    pub(crate) fn fulfils(&self, what: &What, setting: &Setting) -> bool {
        match what {
            What::Text(_) => true,
            What::Name(field, value) => self.has(*field, value, setting),
            What::Is(state) => self.marks.tell(*state, setting.now).unwrap_or_else(|| self.states.contains(state)),
            What::When(bound, moment, _) => {
                let (start, end) = (moment.at(setting.now, setting.zone), moment.end(setting.now, setting.zone));
                let began = self.started.or(self.latest);
                match bound {
                    Bound::After => self.latest.is_some_and(|latest| latest >= start),
                    Bound::Before => began.is_some_and(|began| began < start),
                    Bound::On => {
                        let (start, end) = if start == end { crate::day_of(start, setting.zone) } else { (start, end) };
                        began.is_some_and(|began| began < end) && self.latest.is_some_and(|latest| latest >= start)
                    }
                }
            }
            What::Measure(Measure::Cost, size) => size.holds(self.cost_usd),
            What::Measure(Measure::Tokens, size) => size.holds(self.tokens as f64),
        }
    }

    fn has(&self, field: NameField, value: &str, setting: &Setting) -> bool {
        if let Some(directory) = setting.directory(field, value) {
            return self.directories.iter().any(|own| Path::new(own).starts_with(&directory));
        }
        let folded = Folded::new(value);
        let wanted = folded.as_str();
        let any = |names: &[Folded], holds: &dyn Fn(&str) -> bool| names.iter().any(|name| holds(name.as_str()));
        let part = |name: &str| name.contains(wanted);
        match field {
            NameField::Project => part(self.names[1].as_str()) || part(self.project_key.as_str()),
            NameField::Branch => part(self.names[2].as_str()),
            NameField::Model => any(&self.models, &|name| name.contains(wanted.trim_start_matches("claude-"))),
            NameField::Tool => any(&self.tools, &part),
            NameField::File if wanted.contains('*') => any(&self.files, &|path| is_like(path, wanted)),
            NameField::File => any(&self.files, &part),
            NameField::Type => self.kind.as_str() == wanted,
            NameField::Tag => any(&self.tags, &|tag| tag == wanted),
            NameField::Device => part(self.device.as_str()),
            NameField::Pr => any(&self.prs, &|address| is_pull_request(address, wanted)),
        }
    }
}

/// Whether a path, or the end of it from the start of a part on, is like a pattern in which `*` stands for anything.
fn is_like(path: &str, pattern: &str) -> bool {
    let starts = path.match_indices(['/', '\\']).map(|(at, _)| at + 1);
    std::iter::once(0).chain(starts).any(|start| wild(&path[start..], pattern))
}

fn wild(text: &str, pattern: &str) -> bool {
    let Some((before, mut pattern)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut text) = text.strip_prefix(before) else { return false };
    while let Some((piece, after)) = pattern.split_once('*') {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
        pattern = after;
    }
    text.ends_with(pattern)
}

/// A number is the number of the pull request; anything else is a part of its address.
fn is_pull_request(address: &str, wanted: &str) -> bool {
    let number = wanted.trim_start_matches('#');
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return address.trim_end_matches('/').rsplit('/').next() == Some(number);
    }
    address.contains(wanted)
}
