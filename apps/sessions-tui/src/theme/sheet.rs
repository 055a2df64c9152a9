//! A theme file: looks by role, laid over those of another theme.

use ratatui::style::Style;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::look::{Look, paint};
use super::{BUILT_IN, Depth, ROLES, Theme};

/// What a theme file says of one role.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    look: Look,
    /// For terminals with sixteen colors; left out, the nearest are taken.
    sixteen: Option<Look>,
}

/// A theme file that was read.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    /// In the order of [`ROLES`].
    roles: Vec<Written>,
    /// What is wrong with the file, by line.
    pub(crate) problems: Vec<String>,
}

impl Sheet {
    /// A theme that is built in.
    pub(crate) fn built_in(name: &str) -> Option<Self> {
        let built_in = BUILT_IN.iter().find(|theme| theme.name == name)?;
        let bare = Self { roles: vec![Written::default(); ROLES.len()], problems: Vec::new() };
        Some(bare.laid_over(built_in.text, None))
    }

    /// Reads a person's theme, laid over the theme that it names (`base`), else over `usual`.
    pub(crate) fn read(text: &str, usual: &str) -> Self {
        let base = base(text).filter(|name| BUILT_IN.iter().any(|theme| theme.name == *name));
        let under = Self::built_in(base.as_deref().unwrap_or(usual)).or_else(|| Self::built_in("dark"));
        under.expect("it is built in").laid_over(text, Some(usual))
    }

    /// What it gives on a terminal of some depth.
    pub(crate) fn theme(&self, depth: Depth) -> Theme {
        let mut theme = Theme::BARE;
        for (role, written) in ROLES.iter().zip(&self.roles) {
            let style = match (depth, written.sixteen) {
                (Depth::None, _) => Style::new().add_modifier(role.plain),
                (Depth::Ansi, Some(look)) => look.style(depth),
                _ => written.look.style(depth),
            };
            (role.set)(&mut theme, style);
        }
        theme
    }

    fn laid_over(mut self, text: &str, usual: Option<&str>) -> Self {
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                self.complain(text, error.span().unwrap_or_default().start, error.message().trim_end());
                return self;
            }
        };
        for (name, value) in table.get_ref() {
            let start = name.span().start;
            match name.get_ref().as_ref() {
                "base" => self.check_base(text, value, usual),
                "ground" => match value.get_ref().as_str().map(paint) {
                    // Nothing is drawn with it; it says what the contrasts of the file are measured against.
                    Some(Ok(_)) => {}
                    Some(Err(problem)) => self.complain(text, start, &problem),
                    None => self.complain(text, start, "`ground` must be a color in quotes"),
                },
                "roles" => match value.get_ref().as_table() {
                    Some(roles) => roles.iter().for_each(|(name, value)| self.read_role(text, name, value)),
                    None => self.complain(text, start, "`roles` must be a section: write [roles] on a line of its own"),
                },
                other => {
                    let meant = config::meant(other, ["base", "ground", "roles"]);
                    let hint = match (ROLES.iter().any(|role| role.name == other), meant) {
                        (true, _) => "; roles stand below [roles]".to_owned(),
                        (_, Some(meant)) => format!("; did you mean `{meant}`?"),
                        _ => "; there are `base`, `ground` and the section [roles]".to_owned(),
                    };
                    self.complain(text, start, &format!("`{other}` means nothing here{hint}"));
                }
            }
        }
        self
    }

    fn check_base(&mut self, text: &str, value: &Spanned<DeValue<'_>>, usual: Option<&str>) {
        let Some(usual) = usual else { return };
        let names = || BUILT_IN.iter().map(|theme| theme.name);
        match value.get_ref().as_str() {
            Some(name) if names().any(|built_in| built_in == name) => {}
            written => {
                let name = written.unwrap_or_default();
                let hint = config::meant(name, names()).map_or_else(
                    || format!("; there are {}", names().collect::<Vec<_>>().join(", ")),
                    |meant| format!("; did you mean `{meant}`?"),
                );
                let problem = format!("no theme `{name}` is built in{hint} (`{usual}` is used)");
                self.complain(text, value.span().start, &problem);
            }
        }
    }

    fn read_role(&mut self, text: &str, name: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let written = name.get_ref().replace('-', "_");
        let Some(at) = ROLES.iter().position(|role| role.name == written) else {
            let hint = config::meant(&written, ROLES.iter().map(|role| role.name))
                .map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
            self.complain(text, name.span().start, &format!("there is no role `{}`{hint}", name.get_ref()));
            return;
        };
        let looks: Option<Vec<&str>> = match value.get_ref() {
            DeValue::String(look) => Some(vec![look.as_ref()]),
            DeValue::Array(looks) if (1..=2).contains(&looks.len()) => {
                looks.iter().map(|look| look.get_ref().as_str()).collect()
            }
            _ => None,
        };
        let role = ROLES[at].name;
        let Some(looks) = looks else {
            let problem = format!(
                "`{role}` must be a look in quotes, or two: [\"with all colors\", \"on terminals with sixteen\"]"
            );
            self.complain(text, value.span().start, &problem);
            return;
        };
        let mut parsed = looks.into_iter().map(Look::parse);
        match (parsed.next(), parsed.next()) {
            (Some(Ok(look)), None) => self.roles[at] = Written { look, sixteen: None },
            (Some(Ok(look)), Some(Ok(sixteen))) => self.roles[at] = Written { look, sixteen: Some(sixteen) },
            (Some(Err(problem)), _) | (_, Some(Err(problem))) => {
                self.complain(text, value.span().start, &format!("`{role}`: {problem}"));
            }
            (None, _) => {}
        }
    }

    fn complain(&mut self, text: &str, at: usize, problem: &str) {
        let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        self.problems.push(format!("line {line}: {problem}"));
    }
}

/// The theme that a theme file lies over.
fn base(text: &str) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    Some(table.get_ref().get("base")?.get_ref().as_str()?.to_owned())
}
