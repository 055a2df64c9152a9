//! Whether the price table agrees with itself.

use std::fmt;

use crate::{CloudRegion, Factor, Model, Origin, PriceTable, Row, RowKind, canonical, cloud_region};

/// Something in the table that looks wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The model that it is about.
    pub model: String,
    /// What is wrong with it.
    pub fault: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.model, self.fault)
    }
}

impl PriceTable {
    /// Everything in the table that looks wrong; nothing when it is fine.
    ///
    /// Reading alone already refuses rows without a date, rows that overlap, and names that two models share.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.batch() != Factor(500) {
            findings.push(Finding { model: "batch".to_owned(), fault: "is not half the price".to_owned() });
        }
        for model in self.models() {
            let faults = self.names(model).into_iter().chain(self.origins(model)).chain(rows(model));
            findings.extend(faults.map(|fault| Finding { model: model.name.clone(), fault }));
        }
        findings
    }

    /// Names that do not lead to the model.
    fn names(&self, model: &Model) -> Vec<String> {
        let mut faults = Vec::new();
        for id in model.ids.iter().chain([&model.name]) {
            if self.find(id).is_none_or(|found| found.name != model.name) {
                faults.push(format!("the name `{id}` leads to another model"));
            }
            if self.find(&format!("{id}[1m]")).is_none_or(|found| found.name != model.name) {
                faults.push(format!("the name `{id}` is lost with a decoration: add `{}` to its ids", canonical(id)));
            }
        }
        if canonical(&model.name) != model.name || cloud_region(&model.name) != CloudRegion::Unstated {
            faults.push("its own name carries a decoration".to_owned());
        }
        faults
    }

    /// Sources that are not named, for what comes with the product.
    fn origins(&self, model: &Model) -> Vec<String> {
        let mut faults = Vec::new();
        if model.origin == Origin::BuiltIn && model.sources.is_empty() {
            faults.push("it has no source".to_owned());
        }
        if model.origin == Origin::BuiltIn && (model.family.is_none() || model.context_window.is_none()) {
            faults.push("it has no family or context window".to_owned());
        }
        let unnamed = model.sources.iter().filter(|(letter, _)| self.sources().all(|(known, _)| known != letter));
        faults.extend(unnamed.map(|(letter, _)| format!("its source `{letter}` is not in the list of sources")));
        faults
    }
}

fn rows(model: &Model) -> Vec<String> {
    let mut faults: Vec<String> = model.rows.iter().flat_map(row).collect();
    let mut standard: Vec<&Row> = model.rows.iter().filter(|row| row.kind == RowKind::Standard).collect();
    standard.sort_by_key(|row| row.span.from);
    if standard.is_empty() {
        faults.push("it has no standard row, so that its cost is unknown".to_owned());
    }
    for pair in standard.windows(2) {
        let gap = match (pair[0].span.until, pair[1].span.from) {
            (Some(until), Some(from)) => until.succ_opt().is_some_and(|next| next < from),
            _ => false,
        };
        if gap {
            faults.push("there are days between two standard rows that have no price".to_owned());
        }
    }
    if !standard.is_empty() && standard.iter().all(|row| row.span.until.is_some()) {
        faults.push("it has no standard row that holds to this day".to_owned());
    }
    faults
}

fn row(row: &Row) -> Vec<String> {
    let mut faults = Vec::new();
    let place = row.kind.key();
    let prices = &row.prices;
    let hundredths = |price: u64| u128::from(price) * 100;
    let input = u128::from(prices.input.0);
    for (key, price, share) in [
        ("cache_write_5m", prices.cache_write_5m, 125),
        ("cache_write_1h", prices.cache_write_1h, 200),
        ("cache_read", prices.cache_read, 10),
    ] {
        let usual = hundredths(price.0) == input * share;
        let excepted = row.exceptions.iter().any(|exception| exception == key);
        if !usual && !excepted && row.origin == Origin::BuiltIn {
            faults.push(format!("{key} of {place} is not {share} % of the input price, and is no exception"));
        }
        if usual && excepted {
            faults.push(format!("{key} of {place} is called an exception but follows the rule"));
        }
    }
    for exception in &row.exceptions {
        if !["cache_write_5m", "cache_write_1h", "cache_read"].contains(&exception.as_str()) {
            faults.push(format!("`{exception}` of {place} is no price that can be an exception"));
        }
    }
    if prices.input.0 == 0 || prices.output < prices.input {
        faults.push(format!("{place} has no input price, or one above the output price"));
    }
    if !row.verified && row.note.is_none() {
        faults.push(format!("{place} is not verified and has no note that says why"));
    }
    faults
}

#[cfg(test)]
mod tests;
