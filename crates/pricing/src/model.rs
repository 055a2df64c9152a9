//! A model of the price table: its names, and its rows of dated prices.

use chrono::NaiveDate;

use crate::{Factor, Price, Prices};

/// Whose entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// It came with the product.
    BuiltIn,
    /// It came from the person's own file.
    Yours,
}

/// Which requests a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// Every request that no other row is for.
    Standard,
    /// The whole of a request whose prompt is longer than this number of tokens.
    LongPrompt {
        /// The longest prompt that the standard row is for.
        above_prompt_tokens: u64,
    },
    /// Fast mode, for prompts of every length.
    Fast,
}

impl RowKind {
    /// Its key in the table's text.
    pub fn key(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::LongPrompt { .. } => "long_prompt",
            Self::Fast => "fast",
        }
    }
}

/// The days on which a row holds, both included, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first; none: as long as the model exists.
    pub from: Option<NaiveDate>,
    /// The last; none: to this day.
    pub until: Option<NaiveDate>,
}

impl Span {
    /// Whether `day` lies within; no day asks for the newest state of the table.
    pub fn holds(&self, day: Option<NaiveDate>) -> bool {
        match day {
            Some(day) => self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until),
            None => self.until.is_none(),
        }
    }

    /// Whether some day lies within both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |one: &Self, two: &Self| matches!((one.until, two.from), (Some(end), Some(start)) if end < start);
        !before(self, other) && !before(other, self)
    }
}

/// Prices with the days on which they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which requests it is for.
    pub kind: RowKind,
    /// When it holds.
    pub span: Span,
    /// The prices.
    pub prices: Prices,
    /// Prices that do not follow the usual relation to the input price, by their keys.
    pub exceptions: Vec<String>,
    /// Whether a source confirms it.
    pub verified: bool,
    /// What is worth knowing.
    pub note: Option<String>,
    /// Whose row it is.
    pub origin: Origin,
}

/// A model with its prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name without decorations.
    pub name: String,
    /// Other names of it.
    pub ids: Vec<String>,
    /// `opus`, `sonnet`, `haiku`, …
    pub family: Option<String>,
    /// Tokens that it can hold.
    pub context_window: Option<u64>,
    /// Its name in each source, after the source's letter.
    pub sources: Vec<(String, String)>,
    /// The day of its release.
    pub released: Option<NaiveDate>,
    /// The day on which it was or will be withdrawn.
    pub retired: Option<NaiveDate>,
    /// What `inference_geo = "us"` pays.
    pub geo_us: Factor,
    /// Whether regional cloud profiles pay more.
    pub cloud_surcharge: bool,
    /// Dollars per thousand web searches; none: the table's.
    pub web_search_per_1k: Option<Price>,
    /// A negotiated share of the price of every token, in place of the table's.
    pub multiplier: Option<Factor>,
    /// Its rows; where two hold for the same request, the first counts.
    pub rows: Vec<Row>,
    /// Who brought it into the table.
    pub origin: Origin,
}

impl Model {
    pub(crate) fn new(name: &str, origin: Origin) -> Self {
        Self {
            name: name.to_owned(),
            ids: Vec::new(),
            family: None,
            context_window: None,
            sources: Vec::new(),
            released: None,
            retired: None,
            geo_us: Factor::ONE,
            cloud_surcharge: false,
            web_search_per_1k: None,
            multiplier: None,
            rows: Vec::new(),
            origin,
        }
    }

    /// The row for a request of that day, speed and prompt length.
    ///
    /// Fast mode has one price for prompts of every length. A fast request on a day without a fast row is priced as
    /// a standard one, and so is a long prompt without a row for it.
    pub fn row(&self, day: Option<NaiveDate>, fast: bool, prompt_tokens: u64) -> Option<&Row> {
        let find = |fits: &dyn Fn(RowKind) -> bool| self.rows.iter().find(|row| fits(row.kind) && row.span.holds(day));
        let fast_row = if fast { find(&|kind| kind == RowKind::Fast) } else { None };
        fast_row
            .or_else(|| {
                find(&|kind| matches!(kind, RowKind::LongPrompt { above_prompt_tokens } if prompt_tokens > above_prompt_tokens))
            })
            .or_else(|| find(&|kind| kind == RowKind::Standard))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: Option<(i32, u32, u32)>, until: Option<(i32, u32, u32)>) -> Span {
        let day = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).expect("a real day");
        Span { from: from.map(day), until: until.map(day) }
    }

    #[test]
    fn both_ends_of_a_span_belong_to_it() {
        let march = span(Some((2026, 3, 1)), Some((2026, 3, 31)));
        for (month, day, expect) in [(2, 28, false), (3, 1, true), (3, 31, true), (4, 1, false)] {
            assert_eq!(march.holds(NaiveDate::from_ymd_opt(2026, month, day)), expect, "{month}-{day}");
        }
        assert!(!march.holds(None));
        assert!(span(None, None).holds(None));
    }

    #[test]
    fn spans_overlap_when_they_share_a_day() {
        let first = span(None, Some((2026, 3, 12)));
        assert!(!first.overlaps(&span(Some((2026, 3, 13)), None)));
        assert!(first.overlaps(&span(Some((2026, 3, 12)), None)));
        assert!(span(Some((2026, 3, 13)), None).overlaps(&span(None, None)));
        assert!(!span(Some((2026, 3, 13)), None).overlaps(&first));
    }
}
