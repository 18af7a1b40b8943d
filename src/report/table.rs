//! Tables: a column is declared once, with its name and its cells; four renderers write the rows as
//! CSV, as JSON objects, as a terminal table and as Markdown.

use std::borrow::Cow;
use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::format;

/// A value as programs read it: exact, and empty (in JSON `null`) where nothing applies or nothing
/// was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Text(Option<Cow<'a, str>>),
    Number(Option<f64>),
    Count(Option<u64>),
    Flag(bool),
    /// Two cells of a CSV file, one array in JSON.
    Interval(Option<(f64, f64)>),
}

/// A value as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Plain(String),
    /// A user's name, which Markdown has to escape.
    Name(String),
    /// Monospaced in Markdown.
    Code(String),
    /// Bold in Markdown.
    Strong(String),
}

type Get<'a, R, C> = Box<dyn Fn(&R) -> C + 'a>;

/// A column of a table with rows of type `R`.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of one renderer")]
pub(crate) struct Column<'a, R> {
    name: &'a str,
    /// The two names that an interval has in CSV.
    ends: Option<[&'static str; 2]>,
    /// For CSV and JSON.
    cell: Option<Get<'a, R, Cell<'a>>>,
    is_in_json: bool,
    /// For terminals and Markdown.
    text: Option<Get<'a, R, Text>>,
    title: &'a str,
    is_in_markdown: bool,
    is_left_aligned: bool,
    /// Whether a terminal table leaves out a text that the row above has too.
    is_merged: bool,
    /// Whether numbers in CSV have all digits, to be read back to the same bits.
    is_exact: bool,
}

impl<'a, R> Column<'a, R> {
    fn empty(name: &'a str) -> Column<'a, R> {
        Column {
            name,
            ends: None,
            cell: None,
            is_in_json: false,
            text: None,
            title: name,
            is_in_markdown: false,
            is_left_aligned: false,
            is_merged: false,
            is_exact: false,
        }
    }

    /// A column of CSV and JSON.
    pub(crate) fn new<C: Into<Cell<'a>>>(name: &'a str, cell: impl Fn(&R) -> C + 'a) -> Column<'a, R> {
        Column { cell: Some(Box::new(move |row| cell(row).into())), is_in_json: true, ..Column::empty(name) }
    }

    /// An interval: one value under `name` in JSON, two columns in CSV.
    pub(crate) fn interval(
        name: &'a str,
        ends: [&'static str; 2],
        cell: impl Fn(&R) -> Option<(f64, f64)> + 'a,
    ) -> Column<'a, R> {
        Column { ends: Some(ends), ..Column::new(name, cell) }
    }

    /// A column of terminal tables and Markdown.
    pub(crate) fn for_people(title: &'a str, text: impl Fn(&R) -> Text + 'a) -> Column<'a, R> {
        Column::empty(title).shown(text)
    }

    /// Adds the column to terminal tables and Markdown.
    #[must_use]
    pub(crate) fn shown(self, text: impl Fn(&R) -> Text + 'a) -> Column<'a, R> {
        Column { text: Some(Box::new(text)), is_in_markdown: true, ..self }
    }

    /// Gives the column another name for people.
    #[must_use]
    pub(crate) fn titled(self, title: &'a str) -> Column<'a, R> {
        Column { title, ..self }
    }

    #[must_use]
    pub(crate) fn csv_only(self) -> Column<'a, R> {
        Column { is_in_json: false, ..self }
    }

    #[must_use]
    pub(crate) fn without_markdown(self) -> Column<'a, R> {
        Column { is_in_markdown: false, ..self }
    }

    #[must_use]
    pub(crate) fn left_aligned(self) -> Column<'a, R> {
        Column { is_left_aligned: true, ..self }
    }

    /// Writes all digits of numbers into CSV.
    #[must_use]
    pub(crate) fn exact(self) -> Column<'a, R> {
        Column { is_exact: true, ..self }
    }

    #[must_use]
    pub(crate) fn merged(self) -> Column<'a, R> {
        Column { is_merged: true, ..self }
    }
}

/// A CSV file with its header.
pub(crate) fn csv<R>(columns: &[Column<R>], rows: impl IntoIterator<Item = R>) -> Vec<u8> {
    const MEMORY: &str = "writing into memory does not fail";
    let columns: Vec<_> = columns.iter().filter_map(|column| Some((column, column.cell.as_ref()?))).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (column, _) in &columns {
        let names = column.ends.as_ref().map_or(std::slice::from_ref(&column.name), |ends| ends.as_slice());
        names.iter().try_for_each(|name| writer.write_field(name)).expect(MEMORY);
    }
    writer.write_record(None::<&[u8]>).expect(MEMORY);
    let mut number = String::new();
    for row in rows {
        for (column, cell) in &columns {
            let mut write = |field: &str| writer.write_field(field).expect(MEMORY);
            let mut write_number = |value: Option<f64>| {
                number.clear();
                if let Some(value) = value.filter(|value| value.is_finite()) {
                    let shown = if column.is_exact { format::unsigned_zero(value) } else { format::measured(value) };
                    write!(number, "{shown}").expect(MEMORY);
                }
                write(&number);
            };
            match cell(&row) {
                Cell::Text(text) => write(&text.unwrap_or_default()),
                Cell::Number(value) => write_number(value),
                Cell::Count(count) => write(&count.map_or_else(String::new, |count| count.to_string())),
                Cell::Flag(flag) => write(if flag { "true" } else { "false" }),
                Cell::Interval(interval) => {
                    let (low, high) = interval.unzip();
                    write_number(low);
                    write_number(high);
                }
            }
        }
        writer.write_record(None::<&[u8]>).expect(MEMORY);
    }
    writer.into_inner().expect(MEMORY)
}

/// A row as a JSON object under the names of the columns.
pub(crate) fn json<R>(columns: &[Column<R>], row: &R) -> Value {
    let columns = columns.iter().filter(|column| column.is_in_json);
    let entry = |column: &Column<R>| Some((column.name.to_owned(), column.cell.as_ref()?(row).into()));
    Value::Object(columns.filter_map(entry).collect::<Map<String, Value>>())
}

/// A table for a terminal, without a line break at its end.
pub(crate) fn terminal<R>(columns: &[Column<R>], rows: impl IntoIterator<Item = R>) -> String {
    let columns: Vec<_> = columns.iter().filter_map(|column| Some((column, column.text.as_ref()?))).collect();
    let mut previous: Vec<String> = vec![String::new(); columns.len()];
    let rows = rows.into_iter().map(|row| {
        let texts: Vec<String> = columns.iter().map(|(_, text)| text(&row).into_plain()).collect();
        let shown = columns.iter().zip(&texts).zip(&previous).map(|(((column, _), text), previous)| {
            if column.is_merged && text == previous { String::new() } else { text.clone() }
        });
        let shown = shown.collect();
        previous = texts;
        shown
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let header: Vec<&str> = columns.iter().map(|(column, _)| column.title).collect();
    let is_left = |index: usize| columns[index].0.is_left_aligned;
    plain(&header, &rows, is_left)
}

/// A table as people read it, for a terminal or a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextTable {
    /// What it shows.
    pub title: String,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Its cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(crate) fn new<H: Into<String>>(
        title: &str,
        header: impl IntoIterator<Item = H>,
        rows: Vec<Vec<String>>,
    ) -> TextTable {
        TextTable { title: title.to_owned(), header: header.into_iter().map(Into::into).collect(), rows }
    }

    /// The columns that people read.
    pub(crate) fn of<R>(title: &str, columns: &[Column<R>], rows: impl IntoIterator<Item = R>) -> TextTable {
        let columns: Vec<_> = columns.iter().filter_map(|column| Some((column, column.text.as_ref()?))).collect();
        let cells = |row: R| columns.iter().map(|(_, text)| text(&row).into_plain()).collect();
        let header = columns.iter().map(|(column, _)| column.title);
        TextTable::new(title, header, rows.into_iter().map(cells).collect())
    }

    /// The table in a terminal, with numbers in all columns but the first and those where `is_left`
    /// holds.
    pub(crate) fn terminal(&self, is_left: impl Fn(usize) -> bool) -> String {
        plain(&self.header.iter().map(String::as_str).collect::<Vec<_>>(), &self.rows, is_left)
    }
}

/// A terminal table from texts. The first column is aligned to the left, the others to the right
/// unless `is_left` holds.
pub(crate) fn plain(header: &[&str], rows: &[Vec<String>], is_left: impl Fn(usize) -> bool) -> String {
    let widths: Vec<usize> = (0..header.len())
        .map(|index| rows.iter().map(|row| row[index].chars().count()).fold(header[index].chars().count(), usize::max))
        .collect();
    let groups = groups(&widths, (1..header.len()).take_while(|index| is_left(*index)).count() + 1);
    let part = |group: &Vec<usize>| {
        let header: Vec<&str> = group.iter().map(|index| header[*index]).collect();
        let rows = rows.iter().map(|row| group.iter().map(|index| row[*index].as_str()).collect());
        one_table(&header, rows, |index| is_left(group[index]))
    };
    groups.iter().map(part).collect::<Vec<_>>().join("\n")
}

/// The columns of a terminal that tables fit into.
const COLUMNS: usize = 80;

/// The columns of each of several tables, one below the other, so that each fits into a terminal.
/// Each table begins with the first columns, which name the row.
fn groups(widths: &[usize], names: usize) -> Vec<Vec<usize>> {
    // A cell has a space on either side, and there is one between cells.
    let width = |columns: &[usize]| columns.iter().map(|index| widths[*index] + 3).sum::<usize>() - 1;
    let all: Vec<usize> = (0..widths.len()).collect();
    if width(&all) <= COLUMNS {
        return vec![all];
    }
    // Names that leave no room for values are cut to the first one.
    let names = if width(&all[..names]) > COLUMNS / 2 { 1 } else { names };
    let (names, rest) = all.split_at(names);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &index in rest {
        match groups.last_mut() {
            Some(group) if width(group) + widths[index] + 3 <= COLUMNS => group.push(index),
            _ => groups.push(names.iter().copied().chain([index]).collect()),
        }
    }
    groups
}

/// A table as wide as its content.
fn one_table<'a>(header: &[&str], rows: impl Iterator<Item = Vec<&'a str>>, is_left: impl Fn(usize) -> bool) -> String {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('\u{2500}').junction('\u{2500}');
    table.load_style(TableStyle::new().top_border(rule).header_separator(rule).bottom_border(rule));
    // The same on every terminal.
    table.set_content_arrangement(ContentArrangement::Disabled).set_header(header);
    for (index, column) in table.column_iter_mut().enumerate().skip(1) {
        column.set_cell_alignment(if is_left(index) { CellAlignment::Left } else { CellAlignment::Right });
    }
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt()
}

/// A Markdown table.
pub(crate) fn markdown<R>(columns: &[Column<R>], rows: impl IntoIterator<Item = R>) -> String {
    let columns = columns.iter().filter(|column| column.is_in_markdown);
    let columns: Vec<_> = columns.filter_map(|column| Some((column, column.text.as_ref()?))).collect();
    let line = |cells: Vec<String>, separator: &str| {
        let edge = separator.trim();
        let space = if separator == edge { "" } else { " " };
        format!("{edge}{space}{}{space}{edge}\n", cells.join(separator))
    };
    let is_left = |index: usize| index == 0 || columns[index].0.is_left_aligned;
    let mut text = line(columns.iter().map(|(column, _)| column.title.to_owned()).collect(), " | ");
    text += &line((0..columns.len()).map(|index| if is_left(index) { "---" } else { "--:" }.to_owned()).collect(), "|");
    for row in rows {
        text += &line(columns.iter().map(|(_, get)| get(&row).into_markdown()).collect(), " | ");
    }
    text
}

impl Text {
    fn into_plain(self) -> String {
        let (Text::Plain(text) | Text::Name(text) | Text::Code(text) | Text::Strong(text)) = self;
        text
    }

    fn into_markdown(self) -> String {
        match self {
            Text::Plain(text) => text,
            Text::Name(name) => escaped(&name),
            Text::Code(code) => format!("`{code}`"),
            Text::Strong(text) => format!("**{text}**"),
        }
    }
}

/// A name in Markdown, where some characters end a cell or begin a markup.
pub(crate) fn escaped(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, c| {
        if "|\\`*_<>[]".contains(c) {
            text.push('\\');
        }
        text.push(c);
        text
    })
}

/// An interval as JSON documents have it.
pub(crate) fn json_interval(interval: Option<(f64, f64)>) -> Value {
    json!(interval.map(|(low, high)| [format::measured(low), format::measured(high)]))
}

impl From<Cell<'_>> for Value {
    fn from(cell: Cell) -> Value {
        match cell {
            Cell::Text(text) => json!(text),
            Cell::Number(number) => json!(number.map(format::measured)),
            Cell::Count(count) => json!(count),
            Cell::Flag(flag) => json!(flag),
            Cell::Interval(interval) => json_interval(interval),
        }
    }
}

macro_rules! cells {
    ($($from:ty => |$value:ident| $cell:expr;)*) => {
        $(impl<'a> From<$from> for Cell<'a> {
            fn from($value: $from) -> Cell<'a> {
                $cell
            }
        })*
    };
}

cells! {
    &'a str => |text| Cell::Text(Some(Cow::Borrowed(text)));
    String => |text| Cell::Text(Some(Cow::Owned(text)));
    Cow<'a, str> => |text| Cell::Text(Some(text));
    Option<&'a str> => |text| Cell::Text(text.map(Cow::Borrowed));
    Option<String> => |text| Cell::Text(text.map(Cow::Owned));
    f64 => |number| Cell::Number(Some(number));
    Option<f64> => |number| Cell::Number(number);
    u64 => |count| Cell::Count(Some(count));
    usize => |count| Cell::Count(Some(count as u64));
    Option<u32> => |count| Cell::Count(count.map(u64::from));
    Option<u64> => |count| Cell::Count(count);
    bool => |flag| Cell::Flag(flag);
    Option<(f64, f64)> => |interval| Cell::Interval(interval);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column<'static, (&'static str, Option<f64>)>> {
        vec![
            Column::new("name", |row: &(&'static str, Option<f64>)| row.0)
                .shown(|row| Text::Name(row.0.to_owned()))
                .merged(),
            Column::new("value", |row: &(&'static str, Option<f64>)| row.1)
                .shown(|row| Text::Strong(row.1.map_or_else(|| "-".to_owned(), |value| value.to_string())))
                .titled("the value"),
            Column::interval("ci", ["ci_low", "ci_high"], |row: &(&str, Option<f64>)| row.1.map(|at| (-0.0, at))),
            Column::new("is_known", |row: &(&str, Option<f64>)| row.1.is_some()).csv_only(),
        ]
    }

    #[test]
    fn one_declaration_is_rendered_four_ways() {
        let rows = [("a_b", Some(1.5)), ("a_b", None)];
        let csv = String::from_utf8(csv(&columns(), rows)).unwrap();
        assert_eq!(csv, "name,value,ci_low,ci_high,is_known\na_b,1.5,0,1.5,true\na_b,,,,false\n");
        assert_eq!(json(&columns(), &rows[0]), json!({ "name": "a_b", "value": 1.5, "ci": [0.0, 1.5] }));
        assert_eq!(json(&columns(), &rows[1]), json!({ "name": "a_b", "value": null, "ci": null }));
        let markdown = markdown(&columns(), rows);
        assert_eq!(markdown, "| name | the value |\n|---|--:|\n| a\\_b | **1.5** |\n| a\\_b | **-** |\n");
        let terminal = terminal(&columns(), rows);
        assert_eq!(terminal.lines().filter(|line| line.contains("a_b")).count(), 1, "{terminal}");
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        assert_eq!(csv(&columns(), []), b"name,value,ci_low,ci_high,is_known\n");
    }
}
