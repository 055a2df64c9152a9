//! A section of the price table's text, read key by key.

use chrono::NaiveDate;
use toml::{Table, Value};

use super::PriceTableError;
use crate::price::NumberFault;
use crate::{Factor, Price};

/// A table of the text that remembers what was asked of it, so that the rest can be refused.
pub(super) struct Section {
    pub(super) place: String,
    table: Table,
    known: Vec<&'static str>,
}

impl Section {
    pub(super) fn new(place: &str, table: Table) -> Self {
        Self { place: place.to_owned(), table, known: Vec::new() }
    }

    pub(super) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.table.remove(key)
    }

    pub(super) fn missing(&self, key: &'static str) -> PriceTableError {
        PriceTableError::Missing { place: self.place.clone(), key }
    }

    pub(super) fn wrong(&self, key: &str, expected: &'static str) -> PriceTableError {
        PriceTableError::Wrong { place: self.place.clone(), key: key.to_owned(), expected }
    }

    pub(super) fn needed<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Self, &'static str) -> Result<Option<T>, PriceTableError>,
    ) -> Result<T, PriceTableError> {
        read(self, key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn number<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&Value) -> Result<T, NumberFault>,
    ) -> Result<Option<T>, PriceTableError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let named = |fault| PriceTableError::Number { place: self.place.clone(), key: key.to_owned(), fault };
        read(&value).map(Some).map_err(named)
    }

    pub(super) fn price(&mut self, key: &'static str) -> Result<Option<Price>, PriceTableError> {
        self.number(key, Price::read)
    }

    pub(super) fn factor(&mut self, key: &'static str) -> Result<Option<Factor>, PriceTableError> {
        self.number(key, Factor::read)
    }

    /// A factor that leaves something to pay.
    pub(super) fn share(&mut self, key: &'static str) -> Result<Option<Factor>, PriceTableError> {
        match self.factor(key)? {
            Some(Factor(0)) => Err(self.wrong(key, "a share above 0, such as 0.9")),
            share => Ok(share),
        }
    }

    pub(super) fn count(&mut self, key: &'static str) -> Result<Option<u64>, PriceTableError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let count = value.as_integer().and_then(|count| u64::try_from(count).ok());
        count.map(Some).ok_or_else(|| self.wrong(key, "a whole number of tokens"))
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, PriceTableError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.wrong(key, "true or false"))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, PriceTableError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(key, "text in quotes")),
        }
    }

    pub(super) fn date(&mut self, key: &'static str) -> Result<Option<NaiveDate>, PriceTableError> {
        self.take(key).map(|value| self.day(key, &value)).transpose()
    }

    /// A day, with or without quotes.
    pub(super) fn day(&self, key: &str, value: &Value) -> Result<NaiveDate, PriceTableError> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Datetime(moment) => moment.to_string(),
            _ => String::new(),
        };
        let expected =
            if key == "from" { "a day such as 2026-03-13, or \"beginning\"" } else { "a day such as 2026-03-13" };
        text.parse().map_err(|_| self.wrong(key, expected))
    }

    pub(super) fn names(&mut self, key: &'static str) -> Result<Vec<String>, PriceTableError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let names =
            value.as_array().and_then(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
        names.ok_or_else(|| self.wrong(key, "a list of names in quotes"))
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<(String, String)>, PriceTableError> {
        let section = self.section(key)?;
        let read = |(name, value): (String, Value)| match value {
            Value::String(text) => Ok((name, text)),
            _ => Err(PriceTableError::Wrong { place: section.place.clone(), key: name, expected: "text in quotes" }),
        };
        section.table.into_iter().map(read).collect()
    }

    pub(super) fn section(&mut self, key: &'static str) -> Result<Self, PriceTableError> {
        match self.take(key) {
            None => Ok(Self::new(key, Table::new())),
            Some(Value::Table(table)) => Ok(Self::new(&self.below(key), table)),
            Some(_) => Err(self.wrong(key, "a section of its own")),
        }
    }

    pub(super) fn sections(self) -> Result<Vec<(String, Self)>, PriceTableError> {
        let place = self.place.clone();
        let read = |(name, value)| match value {
            Value::Table(table) => Ok((String::clone(&name), Self::new(&format!("{place}.{name}"), table))),
            _ => Err(PriceTableError::Wrong { place: place.clone(), key: name, expected: "a section of its own" }),
        };
        self.table.into_iter().map(read).collect()
    }

    pub(super) fn list(&mut self, key: &'static str) -> Result<Vec<Self>, PriceTableError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let Value::Array(entries) = value else { return Err(self.wrong(key, "a list of rows")) };
        let read = |(index, entry)| match entry {
            Value::Table(table) => Ok(Self::new(&format!("{} (row {})", self.below(key), index + 1), table)),
            _ => Err(self.wrong(key, "a list of rows")),
        };
        entries.into_iter().enumerate().map(read).collect()
    }

    fn below(&self, key: &str) -> String {
        if self.place == "the file" { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    /// Refuses the keys that nobody asked for.
    pub(super) fn finish(self) -> Result<(), PriceTableError> {
        let Some((key, _)) = self.table.into_iter().next() else { return Ok(()) };
        let nearest = self
            .known
            .iter()
            .max_by(|one, two| strsim::jaro_winkler(&key, one).total_cmp(&strsim::jaro_winkler(&key, two)));
        let hint = match nearest {
            Some(nearest) if strsim::jaro_winkler(&key, nearest) > 0.75 => format!("did you mean `{nearest}`?"),
            _ => format!("known are {}", self.known.join(", ")),
        };
        Err(PriceTableError::UnknownKey { place: self.place, key, hint })
    }
}
