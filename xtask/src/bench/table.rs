//! Figures beside their budgets and beside other programs.

use std::fmt::Write as _;

/// One measured figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    what: String,
    /// None: it is a sentence about the figures.
    value: Option<f64>,
    unit: &'static str,
    budget: Option<Budget>,
    peer: Option<(&'static str, f64)>,
}

/// What a figure should keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Budget {
    /// Smaller is better.
    AtMost(f64),
    /// Greater is better.
    AtLeast(f64),
}

impl Figure {
    pub(super) fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { what: what.into(), value: Some(value), unit, budget: None, peer: None }
    }

    /// A sentence about the figures around it.
    pub(super) fn note(what: impl Into<String>) -> Self {
        Self { what: what.into(), value: None, unit: "", budget: None, peer: None }
    }

    pub(super) fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// The same figure of another program, measured in the same run.
    pub(super) fn beside(mut self, peer: &'static str, value: f64) -> Self {
        self.peer = Some((peer, value));
        self
    }

    /// The same, where the other program was measured.
    pub(super) fn beside_if(self, peer: &'static str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.beside(peer, value),
            None => self,
        }
    }

    fn cells(&self) -> [String; 5] {
        let Some(own) = self.value else {
            return [self.what.clone(), String::new(), String::new(), String::new(), String::new()];
        };
        let (budget, verdict) = match self.budget {
            None => (String::new(), ""),
            Some(Budget::AtMost(limit)) => (format!("≤ {}", number(limit)), verdict(own <= limit)),
            Some(Budget::AtLeast(limit)) => (format!("≥ {}", number(limit)), verdict(own >= limit)),
        };
        let peer =
            self.peer.map(|(name, value)| format!("{:.2} × {name} ({})", own / value, with_unit(value, self.unit)));
        let measured = with_unit(own, self.unit);
        [self.what.clone(), measured, budget, verdict.to_owned(), peer.unwrap_or_default()]
    }
}

/// A table for people, one row per figure.
pub(super) fn table(figures: &[Figure]) -> String {
    let head = ["figure", "measured", "budget", "", "beside"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(figures.iter().map(Figure::cells)).collect();
    let width = |column: usize| {
        let figures = rows.iter().filter(|row| !row[1].is_empty());
        figures.map(|row| row[column].chars().count()).max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut table = String::new();
    for [what, measured, budget, verdict, peer] in &rows {
        let line = format!(
            "{what:<a$}  {measured:>b$}  {budget:>c$}  {verdict:<d$}  {peer}",
            a = widths[0],
            b = widths[1],
            c = widths[2],
            d = widths[3]
        );
        writeln!(table, "{}", line.trim_end()).expect("memory takes every text");
    }
    table
}

fn verdict(kept: bool) -> &'static str {
    if kept { "ok" } else { "OVER" }
}

fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value)).trim_end().to_owned()
}

/// Whole numbers as they are, others with three significant digits.
fn number(value: f64) -> String {
    match value.abs() {
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_stands_beside_its_budget_and_its_peer() {
        let figures = [
            Figure::new("median", 1.5, "ms").budget(Budget::AtMost(3.0)).beside("true", 0.5),
            Figure::new("speed", 400.0, "MB/s").budget(Budget::AtLeast(1000.0)),
            Figure::new("rows", 12.0, ""),
            Figure::note("A long sentence about these figures."),
        ];
        let expect = "\
figure  measured  budget        beside
median   1.50 ms     ≤ 3  ok    3.00 × true (0.50 ms)
speed   400 MB/s  ≥ 1000  OVER
rows          12
A long sentence about these figures.
";
        assert_eq!(table(&figures), expect);
    }
}
