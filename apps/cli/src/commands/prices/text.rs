//! The price table for people, and for scripts that read lines.

use chrono::NaiveDate;
use pricing::{Factor, Model, PriceTable, Row, RowKind, Span};
use sessions_tui::{figures, wrapped};

use super::json::{above, multiplier, origin};
use crate::output::{Output, Role};
use crate::plain_text::{field, one_line};
use crate::table::{self, Column};

const COLUMNS: [Column; 12] = [
    table::words("model", Some((17, usize::MAX)), u8::MAX).role(Role::Strong),
    table::words("for", Some((8, usize::MAX)), 10),
    table::words("from", None, 7),
    table::words("until", None, 8),
    table::figures("input", u8::MAX),
    table::figures("output", u8::MAX),
    table::figures("write 5m", 4),
    table::figures("write 1h", 5),
    table::figures("read", 6),
    table::figures("search", 1),
    table::figures("×", 2),
    table::words("origin", Some((8, usize::MAX)), 3).role(Role::Dim),
];

/// The rows of models as a table, with what its figures mean.
pub(super) fn table(table: &PriceTable, models: &[&Model], output: &Output) -> Vec<String> {
    let cells: Vec<Vec<String>> =
        models.iter().flat_map(|model| model.rows.iter().map(|row| cells(table, model, row))).collect();
    let mut lines = table::lay_out(&COLUMNS, &cells, output);
    let remark = format!(
        "Dollars per million tokens, web searches per thousand; as of {}. Batch: × {}.",
        table.updated(),
        table.batch()
    );
    lines.extend(wrapped(&remark, output.width).iter().map(|line| output.paint(Role::Dim, line)));
    lines
}

/// All about one model.
pub(super) fn model(table: &PriceTable, model: &Model, output: &Output) -> Vec<String> {
    let mut lines = self::table(table, &[model], output);
    let mut say = |label: &str, text: &str| {
        lines.push(format!("{}{}", output.paint(Role::Dim, &format!("{label:<12}")), one_line(text)));
    };
    for name in std::iter::once(&model.name).chain(&model.ids) {
        say("name", name);
    }
    let known = |letter: &str| table.sources().find(|(known, _)| *known == letter).map_or("", |(_, source)| source);
    for (letter, name) in &model.sources {
        say("source", &format!("{letter}: {name} ({})", known(letter)));
    }
    if let Some(tokens) = model.context_window {
        say("context", &format!("{} tokens", figures::count(tokens)));
    }
    for (label, day) in [("released", model.released), ("retired", model.retired)] {
        if let Some(day) = day {
            say(label, &day.to_string());
        }
    }
    if model.geo_us != Factor::ONE {
        say("in the US", &format!("× {}", model.geo_us));
    }
    if model.cloud_surcharge {
        let (regional, gov) = (table.cloud_regional(), table.cloud_gov());
        say("clouds", &format!("regional profiles × {regional}, US government × {gov}"));
    }
    for row in &model.rows {
        if let Some(note) = &row.note {
            say("note", &format!("{}: {note}", kind(row.kind)));
        }
    }
    lines
}

/// The rows of a model, a line each.
pub(super) fn tab_separated(table: &PriceTable, model: &Model) -> Vec<String> {
    let line = |row: &Row| {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let above = above(row.kind).map(|tokens| tokens.to_string()).unwrap_or_default();
        let mut fields = vec![field(&model.name), row.kind.key().to_owned(), above, day(row.span.from)];
        fields.push(day(row.span.until));
        fields.extend(prices(table, model, row));
        fields.push(multiplier(table, model).to_string());
        fields.push(origin(table, model, row).to_owned());
        fields.push(if row.verified { "yes" } else { "no" }.to_owned());
        fields.join("\t")
    };
    model.rows.iter().map(line).collect()
}

fn cells(table: &PriceTable, model: &Model, row: &Row) -> Vec<String> {
    let Span { from, until } = row.span;
    let day = |day: Option<NaiveDate>| day.map_or("–".to_owned(), |day| day.to_string());
    let share = multiplier(table, model);
    let mut cells = vec![one_line(model.name.strip_prefix("claude-").unwrap_or(&model.name)), kind(row.kind)];
    cells.extend([day(from), day(until)]);
    cells.extend(prices(table, model, row));
    cells.push(if share == Factor::ONE { String::new() } else { share.to_string() });
    cells.push(format!("{}{}", origin(table, model, row), if row.verified { "" } else { ", not verified" }));
    cells
}

/// The five prices, and that of web searches.
fn prices(table: &PriceTable, model: &Model, row: &Row) -> [String; 6] {
    let prices = row.prices;
    let search = model.web_search_per_1k.unwrap_or(table.web_search_per_1k());
    [prices.input, prices.output, prices.cache_write_5m, prices.cache_write_1h, prices.cache_read, search]
        .map(|price| price.to_string())
}

fn kind(kind: RowKind) -> String {
    match kind {
        RowKind::Standard => "standard".to_owned(),
        RowKind::LongPrompt { above_prompt_tokens } => format!("over {}", figures::tokens(above_prompt_tokens)),
        RowKind::Fast => "fast".to_owned(),
    }
}
