//! Tables as Parquet files: the same rows and columns as in CSV, with typed values and with nulls
//! for empty cells.

use crate::OutputFile;

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Count,
    Flag,
}

/// Columns of text. One that is in no list has text, too.
const TEXTS: [&str; 30] = [
    "policy",
    "action",
    "resource",
    "worker",
    "measure",
    "statistic",
    "days",
    "time",
    "quantity",
    "unit",
    "status",
    "contender",
    "against",
    "verdict",
    "kind",
    "settings",
    "rejected_action",
    "window",
    "gate",
    "outcome",
    "key",
    "low",
    "high",
    "loss",
    "target",
    "setting",
    "hour",
    "reason",
    "holder",
    "KEY",
];

/// Columns of whole numbers.
const COUNTS: [&str; 11] = [
    "replication",
    "replications",
    "missing",
    "decided_at",
    "workers",
    "unclaimed",
    "job",
    "retry_from",
    "attempt",
    "retries_left",
    "priority",
];

/// Columns of `true` and `false`.
const FLAGS: [&str; 3] = ["reached", "is_answer", "lower_bound"];

/// Columns of numbers, besides those whose names end with a unit.
const NUMBERS: [&str; 31] = [
    "value",
    "observed",
    "simulated",
    "ci_low",
    "ci_high",
    "p",
    "busy",
    "offered",
    "utilization",
    "queue_length",
    "half_width",
    "wanted",
    "baseline",
    "difference",
    "relative",
    "relative_low",
    "relative_high",
    "variance_ratio",
    "p_value",
    "p_adjusted",
    "p_equivalent",
    "p_equivalent_adjusted",
    "bound",
    "beyond",
    "p_kept",
    "p_broken",
    "cost",
    "overload",
    "base",
    "effect",
    "whole_run",
];

/// The type of a column of a table; `has` tells whether the table has a column.
fn kind(table: &str, column: &str, has: impl Fn(&str) -> bool) -> Kind {
    // A key may end like a unit itself; its number stands beside it.
    let is_number = |base: &str| !column.contains('.') || has(base);
    match (table, column) {
        ("by_hour.csv", "hour") | ("jobs.csv", "parent") => Kind::Count,
        ("elasticity.csv", "value") => Kind::Text,
        _ if TEXTS.contains(&column) => Kind::Text,
        _ if COUNTS.contains(&column) || column.starts_with("need.") => Kind::Count,
        _ if FLAGS.contains(&column) => Kind::Flag,
        _ if NUMBERS.contains(&column) => Kind::Number,
        _ if ["_s", "_per_s", "_number"].iter().any(|unit| column.strip_suffix(unit).is_some_and(is_number)) => {
            Kind::Number
        }
        _ => Kind::Text,
    }
}

/// Whether this build can write Parquet.
pub const IS_BUILT_IN: bool = cfg!(feature = "parquet");

/// A file of a study, as Parquet if it is a table.
///
/// # Errors
/// If the table is not what its columns promise, or this build cannot write Parquet.
pub fn in_parquet(file: OutputFile) -> Result<OutputFile, String> {
    match file.path.strip_suffix(".csv") {
        None => Ok(file),
        Some(name) => write(&file.path, &file.bytes).map(|bytes| OutputFile { path: format!("{name}.parquet"), bytes }),
    }
}

#[cfg(not(feature = "parquet"))]
fn write(_: &str, _: &[u8]) -> Result<Vec<u8>, String> {
    let _ = kind("", "", |_| false);
    Err("this build cannot write Parquet".to_owned())
}

#[cfg(feature = "parquet")]
fn write(table: &str, text: &[u8]) -> Result<Vec<u8>, String> {
    written::write(table, text).map_err(|error| format!("{table}: {error}"))
}

#[cfg(feature = "parquet")]
mod written {
    use std::error::Error;
    use std::str::FromStr;
    use std::sync::Arc;

    use csv::{Reader, StringRecord};
    use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use parquet::schema::types::{Type, TypePtr};

    use super::{Kind, kind};

    /// The rows that are in memory as values of columns at one time.
    const ROWS: usize = 1 << 17;

    type Failure = Box<dyn Error>;

    /// A CSV table as Parquet.
    pub(super) fn write(table: &str, text: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut reader = Reader::from_reader(text);
        let header = reader.headers()?.clone();
        let has = |name: &str| header.iter().any(|other| other == name);
        let columns: Vec<(String, Kind)> =
            header.iter().map(|name| (name.to_owned(), kind(table, name, has))).collect();
        let fields = columns.iter().map(|(name, kind)| field(name, *kind)).collect::<Result<Vec<TypePtr>, _>>()?;
        let schema = Type::group_type_builder("table").with_fields(fields).build()?;
        // Nothing that depends on the machine, the time or the version of the library.
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let properties = properties.set_created_by("claimsim".to_owned()).build();
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
        let mut rows = reader.into_records();
        loop {
            let part: Vec<StringRecord> = rows.by_ref().take(ROWS).collect::<Result<_, _>>()?;
            if part.is_empty() {
                return Ok(writer.into_inner()?);
            }
            let mut group = writer.next_row_group()?;
            for (index, (name, kind)) in columns.iter().enumerate() {
                let mut column = group.next_column()?.ok_or("a column is missing")?;
                let cells = part.iter().map(|row| &row[index]);
                let put = match kind {
                    Kind::Text => put::<ByteArrayType>(&mut column, cells, |text| Some(ByteArray::from(text))),
                    Kind::Number => put::<DoubleType>(&mut column, cells, parsed),
                    Kind::Count => put::<Int64Type>(&mut column, cells, parsed),
                    Kind::Flag => put::<BoolType>(&mut column, cells, parsed),
                };
                put.map_err(|error| format!("column `{name}`: {error}"))?;
                column.close()?;
            }
            group.close()?;
        }
    }

    fn field(name: &str, kind: Kind) -> Result<TypePtr, Failure> {
        let physical = match kind {
            Kind::Text => Physical::BYTE_ARRAY,
            Kind::Number => Physical::DOUBLE,
            Kind::Count => Physical::INT64,
            Kind::Flag => Physical::BOOLEAN,
        };
        let text = (kind == Kind::Text).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
        Ok(Arc::new(field.with_logical_type(text).build()?))
    }

    fn parsed<T: FromStr>(cell: &str) -> Option<T> {
        cell.parse().ok()
    }

    /// Writes the cells of a column; empty ones become nulls.
    fn put<'a, T: DataType>(
        column: &mut SerializedColumnWriter<'_>,
        cells: impl Iterator<Item = &'a str>,
        value: impl Fn(&str) -> Option<T::T>,
    ) -> Result<(), Failure> {
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        for cell in cells {
            levels.push(i16::from(!cell.is_empty()));
            if !cell.is_empty() {
                values.push(value(cell).ok_or_else(|| format!("`{cell}` is of another type"))?);
            }
        }
        column.typed::<T>().write_batch(&values, Some(&levels), None)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The types of all columns are known: those of `docs/files.md`.
    #[test]
    fn every_documented_column_has_a_type() {
        let page = include_str!("../../docs/files.md");
        let cells = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
        let names: BTreeSet<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        assert!(names.len() > 60);
        for name in names {
            let is_listed = [&TEXTS[..], &COUNTS, &FLAGS, &NUMBERS].iter().any(|list| list.contains(&name));
            assert!(
                is_listed || kind("jobs.csv", name, |_| false) != Kind::Text,
                "list the type of the column `{name}`"
            );
        }
    }

    #[test]
    fn the_same_name_may_have_other_values_elsewhere() {
        let kind = |table, column| kind(table, column, |other| other == "worker.w.count");
        assert_eq!(kind("by_hour.csv", "hour"), Kind::Count);
        assert_eq!(kind("size.csv", "hour"), Kind::Text);
        assert_eq!(kind("elasticity.csv", "value"), Kind::Text);
        assert_eq!(kind("summary.csv", "value"), Kind::Number);
        assert_eq!(kind("jobs.csv", "need.scan"), Kind::Count);
        assert_eq!(kind("sweep.csv", "worker.w.count_number"), Kind::Number);
        assert_eq!(kind("sweep.csv", "worker.w.count"), Kind::Text);
        assert_eq!(kind("sweep.csv", "worker.w.capacity.gpu_s"), Kind::Text);
    }
}
