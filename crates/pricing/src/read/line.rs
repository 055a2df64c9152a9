//! The line of a price table's text on which a fault stands.

use toml::de::{DeTable, DeValue};

use super::PriceTableError;

impl PriceTableError {
    /// The line of the refused text on which the fault stands, counted from one, as far as it can be told.
    pub fn line(&self, text: &str) -> Option<usize> {
        let position = match self {
            Self::Syntax(error) => error.span()?.start,
            Self::UnknownKey { place, key, .. } | Self::Wrong { place, key, .. } | Self::Number { place, key, .. } => {
                position(text, place, Some(key))?
            }
            Self::Missing { place, .. } | Self::Backwards { place } => position(text, place, None)?,
            Self::Overlap { model, kind } => position(text, &format!("models.{model}"), Some(kind))?,
            Self::SharedName { second, .. } => position(text, "models", Some(second))?,
        };
        Some(text.get(..position)?.matches('\n').count() + 1)
    }
}

/// Where a place starts, or a key in it.
fn position(text: &str, place: &str, key: Option<&str>) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let place = if place == "the file" { "" } else { place };
    let (table, start) = find(document.get_ref(), place, 0)?;
    let key = key.and_then(|key| table.keys().find(|name| name.get_ref() == key));
    Some(key.map_or(start, |name| name.span().start))
}

/// The table of a place such as `models.m.standard (row 2)`, and where it starts.
fn find<'t, 'i>(table: &'t DeTable<'i>, place: &str, start: usize) -> Option<(&'t DeTable<'i>, usize)> {
    if place.is_empty() {
        return Some((table, start));
    }
    let after = |name: &str| place.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with(['.', ' ']));
    // The name of a model may hold dots, so the longest key that fits is the one that is meant.
    let fitting = table.iter().filter_map(|(name, value)| Some((after(name.get_ref())?, name, value)));
    let (rest, name, value) = fitting.min_by_key(|(rest, ..)| rest.len())?;
    match (value.get_ref(), row_of(rest)) {
        (DeValue::Array(rows), Some(row)) => {
            let row = rows.get(row)?;
            Some((row.get_ref().as_table()?, row.span().start))
        }
        (DeValue::Table(inner), None) => find(inner, rest.trim_start_matches('.'), name.span().start),
        _ => None,
    }
}

/// Index of the row that ` (row 2)` means.
fn row_of(rest: &str) -> Option<usize> {
    rest.strip_prefix(" (row ")?.strip_suffix(')')?.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use crate::PriceTable;

    const TEXT: &str = "\
# mine
multiplier = 0.9

[models.house]
family = \"house\"

[[models.house.standard]]
from = \"beginning\"
until = 2026-01-01
input = 1
output = 5
cache_write_5m = 1.25
cache_write_1h = 2
cache_read = 0.1

[[models.house.standard]]
from = 2026-01-02
input = 2
output = 10
cache_write_5m = 2.5
cache_write_1h = 4
cache_read = 0.2

[models.\"house.2\"]
ids = [\"old\"]
";

    fn check(from: &str, to: &str, line: usize) {
        let text = TEXT.replacen(from, to, 1);
        assert_ne!(text, TEXT, "{from}");
        let error = PriceTable::built_in().with_overrides(&text).expect_err("refused");
        assert_eq!(error.line(&text), Some(line), "{to}: {error}");
    }

    #[test]
    fn every_fault_has_its_line() {
        assert!(PriceTable::built_in().with_overrides(TEXT).is_ok());
        check("multiplier", "multplier", 2);
        check("0.9", "\"much\"", 2);
        check("0.9", "0.9 0.9", 2);
        check("0.9", "0", 2);
        check("family", "famly", 5);
        check("output = 10", "outptu = 10\noutput = 10", 19);
        check("output = 10", "output = -10", 19);
        check("output = 10\n", "", 16);
        check("from = 2026-01-02", "from = 2025-12-31", 7);
        check("until = 2026-01-01", "until = 2026-13-01", 9);
        check("from = 2026-01-02", "from = 2026-01-02\nuntil = 2026-01-01", 16);
        check("\"old\"", "\"house\"", 24);
        check("\"old\"", "7", 25);
        check("ids = [\"old\"]", "standard = 7", 25);
        check("[models.house]", "[models.house", 4);
    }
}
