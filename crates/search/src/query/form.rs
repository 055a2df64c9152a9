//! The table of the language: parsing, completion, help and the reference page walk it.

use super::{Bound, Measure, NameField};

/// One form of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// How it is written.
    pub written: &'static str,
    /// What it finds, as a phrase.
    pub finds: &'static str,
    /// Queries that use it.
    pub examples: &'static [&'static str],
    /// The name in front of the colon, and what it stands for; none for what is no field.
    pub(crate) field: Option<(&'static str, FieldKind)>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Name(NameField),
    Is,
    When(Bound),
    Measure(Measure),
}

const fn text(written: &'static str, finds: &'static str, examples: &'static [&'static str]) -> Form {
    Form { written, finds, examples, field: None }
}

const fn field(
    (name, kind): (&'static str, FieldKind),
    written: &'static str,
    finds: &'static str,
    examples: &'static [&'static str],
) -> Form {
    Form { written, finds, examples, field: Some((name, kind)) }
}

/// Every form, in the order of the help.
pub const FORMS: &[Form] = &[
    text(
        "word",
        "in the title, project, branch, model, first prompt, id or date, or in what was said and done; all words must match",
        &["refund race"],
    ),
    text("\"exact phrase\"", "these words in this order; line ends count as spaces", &["\"lock wait timeout\""]),
    text("/regex/", "a regular expression, within one line", &["/refund(ed|s)?\\b/", "/E\\d{4}/"]),
    text("-not", "sessions without it; works before every other form", &["refund -stripe", "-is:fork", "-\"dry run\""]),
    field(
        ("project", FieldKind::Name(NameField::Project)),
        "project:",
        "a part of the project's name or key, or a directory",
        &["project:billing", "project:.", "project:~/src/shop"],
    ),
    field(("branch", FieldKind::Name(NameField::Branch)), "branch:", "a part of the branch", &["branch:fix/"]),
    field(
        ("model", FieldKind::Name(NameField::Model)),
        "model:",
        "a part of the name of a model that answered",
        &["model:opus", "-model:haiku"],
    ),
    field(
        ("tool", FieldKind::Name(NameField::Tool)),
        "tool:",
        "a part of the name of a tool that was used",
        &["tool:WebSearch", "tool:mcp__github"],
    ),
    field(
        ("file", FieldKind::Name(NameField::File)),
        "file:",
        "a part of the path of a file that was written or edited; `*` stands for anything",
        &["file:src/poll.ts", "file:*.sql"],
    ),
    field(
        ("type", FieldKind::Name(NameField::Type)),
        "type:",
        "the type of the session, by your rules",
        &["type:debugging"],
    ),
    field(("tag", FieldKind::Name(NameField::Tag)), "tag:", "a tag", &["tag:customer"]),
    field(
        ("pr", FieldKind::Name(NameField::Pr)),
        "pr:",
        "a pull request, by its number or a part of its address",
        &["pr:123", "pr:acme/shop"],
    ),
    field(
        ("device", FieldKind::Name(NameField::Device)),
        "device:",
        "a part of the name of the machine that it ran on",
        &["device:laptop", "-device:tower"],
    ),
    field(
        ("is", FieldKind::Is),
        "is:",
        "its state: `live`, `archived`, `starred`, `subagent` (subagents worked in it), `fork`, `gone` (no transcript any more), `remote` (it ran on another machine), `expiring` (deleted by Claude Code within a week), `hidden` (left out unless asked for)",
        &["is:live", "-is:gone"],
    ),
    field(
        ("after", FieldKind::When(Bound::After)),
        "after:",
        "active since then: `today`, `yesterday`, `12h`, `7d`, `2w`, `3mo`, `2026`, `2026-10`, `2026-10-03`",
        &["after:7d", "after:2026-10"],
    ),
    field(("before", FieldKind::When(Bound::Before)), "before:", "begun before that", &["before:2026-10-03"]),
    field(
        ("on", FieldKind::When(Bound::On)),
        "on:",
        "active on that day, in that month, in that year",
        &["on:yesterday", "on:2026-10"],
    ),
    field(
        ("cost", FieldKind::Measure(Measure::Cost)),
        "cost:",
        "cost in dollars: `>`, `>=`, `<`, `<=`, `=` or from..to",
        &["cost:>5", "cost:0.50..2"],
    ),
    field(
        ("tokens", FieldKind::Measure(Measure::Tokens)),
        "tokens:",
        "tokens of every kind, with `k` and `m`",
        &["tokens:>1m", "tokens:<20k"],
    ),
];

/// Names of fields.
pub(crate) fn field_names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().filter_map(|form| Some(form.field?.0))
}

/// The field of a name, whatever its case.
pub(crate) fn field_of(name: &str) -> Option<(&'static str, FieldKind)> {
    FORMS.iter().filter_map(|form| form.field).find(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// The name of a field.
pub(super) fn name_of(kind: FieldKind) -> &'static str {
    let found = FORMS.iter().filter_map(|form| form.field).find(|(_, known)| *known == kind);
    found.map_or("", |(name, _)| name)
}
