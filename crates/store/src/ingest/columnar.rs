//! Rows on their way into a table, gathered column by column: several times faster than handing the engine each value.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use duckdb::arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Int64Builder, ListBuilder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use duckdb::arrow::datatypes::{Field, Schema};
use duckdb::{Appender, Connection};

use crate::{StoreError, columns};

/// Rows that are handed to the engine at once.
const ROWS: usize = 2048;

/// Rows that the engine gathers before it puts them into the table: by itself it would hold a whole batch twice.
const GATHERED: usize = 4096;

/// Rows that are being gathered. The values of a row are given in the order of the table's columns.
#[derive(Default)]
pub(crate) struct Columns {
    builders: Vec<Box<dyn ArrayBuilder>>,
    column: usize,
    rows: usize,
}

impl Columns {
    /// The next value: a text.
    pub(crate) fn text<'t>(&mut self, value: impl Into<Option<&'t str>>) -> &mut Self {
        self.next::<StringBuilder>().append_option(value.into());
        self
    }

    /// The next value: a text that may be missing.
    pub(crate) fn maybe_text(&mut self, value: Option<&String>) -> &mut Self {
        self.text(value.map(String::as_str))
    }

    /// The next value: a number.
    pub(crate) fn number(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        self.next::<Int64Builder>().append_option(value.into());
        self
    }

    /// The next value: a time.
    pub(crate) fn time(&mut self, value: Option<DateTime<Utc>>) -> &mut Self {
        self.next::<TimestampMicrosecondBuilder>().append_option(value.map(|at| at.timestamp_micros()));
        self
    }

    /// The next value: yes, no or not known.
    pub(crate) fn flag(&mut self, value: impl Into<Option<bool>>) -> &mut Self {
        self.next::<BooleanBuilder>().append_option(value.into());
        self
    }

    /// The next value: a list of texts. They can be read back joined: see `columns::joined_of`.
    pub(crate) fn list(&mut self, items: &[String]) -> &mut Self {
        let list = self.next::<ListBuilder<StringBuilder>>();
        for item in items.iter().filter(|item| !item.is_empty()) {
            list.values().append_value(columns::item(item));
        }
        list.append(true);
        self
    }

    /// The next value: bytes.
    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.next::<BinaryBuilder>().append_value(value);
        self
    }

    /// Ends a row.
    pub(crate) fn end_row(&mut self) {
        self.column = 0;
        self.rows += 1;
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// What was gathered, column by column; nothing where there are no rows. Begins anew.
    pub(crate) fn take(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        self.builders.iter_mut().map(ArrayBuilder::finish).collect()
    }

    fn next<T: ArrayBuilder + Default>(&mut self) -> &mut T {
        if self.column == self.builders.len() {
            self.builders.push(Box::new(T::default()));
        }
        self.column += 1;
        let column = self.builders[self.column - 1].as_any_mut();
        column.downcast_mut().expect("the values of a column are all of one type")
    }
}

/// Adds rows to a table.
pub(crate) struct Columnar<'a> {
    appender: Appender<'a>,
    columns: Columns,
    /// Rows that the engine has gathered.
    gathered: usize,
}

impl<'a> Columnar<'a> {
    /// Begins to add rows to a table.
    pub(crate) fn into_table(connection: &'a Connection, table: &str) -> Result<Self, StoreError> {
        Ok(Self { appender: connection.appender(table)?, columns: Columns::default(), gathered: 0 })
    }

    /// Begins to add rows to a temporary table.
    pub(crate) fn into_temporary(connection: &'a Connection, table: &str) -> Result<Self, StoreError> {
        let appender = connection.appender_to_catalog_and_db(table, "temp", "main")?;
        Ok(Self { appender, columns: Columns::default(), gathered: 0 })
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, fill: impl FnOnce(&mut Columns)) -> Result<(), StoreError> {
        fill(&mut self.columns);
        self.columns.end_row();
        if self.columns.rows() == ROWS { self.hand_over() } else { Ok(()) }
    }

    /// Adds rows that were gathered elsewhere.
    pub(crate) fn rows(&mut self, columns: Vec<ArrayRef>) -> Result<(), StoreError> {
        if columns.first().is_none_or(|column| column.is_empty()) {
            return Ok(());
        }
        self.gathered += columns.first().map_or(0, |column| column.len());
        let field = |column: &ArrayRef| Field::new("", column.data_type().clone(), true);
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
        let batch = RecordBatch::try_new(Arc::new(schema), columns).expect("columns are of one length");
        self.appender.append_record_batch(batch)?;
        if self.gathered >= GATHERED {
            self.gathered = 0;
            self.appender.flush()?;
        }
        Ok(())
    }

    /// Ends the adding.
    pub(crate) fn finish(mut self) -> Result<(), StoreError> {
        self.hand_over()?;
        Ok(self.appender.flush()?)
    }

    fn hand_over(&mut self) -> Result<(), StoreError> {
        let columns = self.columns.take();
        self.rows(columns)
    }
}
