//! Tables of a page: those of the study in words, and its CSV files, of which large ones are cut.

use maud::{Markup, html};

use crate::TextTable;

/// The most rows of a table that people read.
const MOST_ROWS: usize = 300;
/// The rows of a table from which charts are drawn.
const RAW_ROWS: usize = 10;
/// The tables from which charts are drawn.
const RAW: [&str; 4] = ["replications.csv", "utilization.csv", "wait_times.csv", "by_hour.csv"];
/// The most bytes of the cells of a table.
const MOST_BYTES: usize = 48 << 10;

/// The place of a table among others: the study's own before summaries, and both before those from
/// which charts are drawn.
pub(super) fn rank(path: &str) -> u8 {
    const OWN: [&str; 8] = [
        "comparison.csv",
        "gates.csv",
        "size.csv",
        "sweep.csv",
        "elasticity.csv",
        "backtest.csv",
        "calibration.csv",
        "precision.csv",
    ];
    match path {
        _ if OWN.contains(&path) => 0,
        "summary.csv" => 1,
        _ if RAW.contains(&path) => 3,
        _ => 2,
    }
}

/// A table of the key figures.
pub(super) fn of_text(number: usize, table: &TextTable) -> Markup {
    let (rows, total) = (&table.rows[..table.rows.len().min(MOST_ROWS)], table.rows.len());
    let id = format!("figures-{}", number + 1);
    html! {
        h3 { (table.title) }
        (sortable(&id, &table.title, &table.header, rows))
        @if total > rows.len() { p.note { "The first " (rows.len()) " of " (total) " rows." } }
    }
}

/// A file of the folder; if it cannot be read, that is said.
pub(super) fn of_csv(path: &str, bytes: &[u8]) -> Markup {
    let Ok((header, rows)) = read(bytes) else {
        return html! { p { code { (path) } " is not a table that this page can show." } };
    };
    let total = rows.len();
    let is_raw = RAW.contains(&path);
    let rows = most_important(&header, rows, if is_raw { RAW_ROWS } else { MOST_ROWS });
    let id = path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let words = if total == 1 { "row" } else { "rows" };
    html! {
        details {
            summary { code { (path) } ", " (total) " " (words) @if rows.len() < total { ", " (rows.len()) " shown" } }
            (sortable(&id, path, &header, &rows))
            @if rows.len() < total {
                p.note { "The other " (total - rows.len()) " rows are in " code { (path) } " in the folder of this page." }
            }
        }
    }
}

fn read(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), csv::Error> {
    let mut reader = csv::Reader::from_reader(bytes);
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<String>>();
    let header = cells(reader.headers()?);
    let rows = reader.records().map(|record| Ok(cells(&record?))).collect::<Result<_, csv::Error>>()?;
    Ok((header, rows))
}

/// The rows to show, in their order: those about everything go before those about single workers,
/// holders, actions and resources.
fn most_important(header: &[String], rows: Vec<Vec<String>>, most: usize) -> Vec<Vec<String>> {
    let column = |name: &str| header.iter().position(|other| other == name);
    let [worker, holder, action] = ["worker", "holder", "action"].map(column);
    let is_filled = |row: &[String], at: Option<usize>| at.is_some_and(|at| !row[at].is_empty());
    let is_total = |row: &[String]| action.is_none_or(|at| row[at] == "all" || row[at].is_empty());
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| {
        let row = &rows[*index];
        (is_filled(row, worker), is_filled(row, holder), !is_total(row))
    });
    let mut bytes = 0;
    let fits = |index: &usize| {
        bytes += rows[*index].iter().map(|cell| cell.len() + 14).sum::<usize>();
        bytes <= MOST_BYTES
    };
    let mut shown: Vec<usize> = order.into_iter().take(most).take_while(fits).collect();
    shown.sort_unstable();
    let is_shown = |(index, row): (usize, Vec<String>)| shown.binary_search(&index).is_ok().then_some(row);
    rows.into_iter().enumerate().filter_map(is_shown).collect()
}

/// A table that the script sorts and copies.
fn sortable(id: &str, name: &str, header: &[String], rows: &[Vec<String>]) -> Markup {
    let classes: Vec<Option<&str>> = (0..header.len()).map(|column| class(rows, column)).collect();
    html! {
        div.tools {
            button.copy type="button" aria-controls=(id) { "Copy as CSV" }
            output aria-live="polite" {}
        }
        div class=(if rows.len() > 20 { "scroll long" } else { "scroll" }) tabindex="0" role="region" aria-label=(name) {
            table.sortable id=(id) {
                thead { tr { @for (title, class) in header.iter().zip(&classes) {
                    th class=[class] scope="col" aria-sort="none" { button type="button" { (title) } }
                } } }
                tbody { @for row in rows { tr {
                    @for (cell, class) in row.iter().zip(&classes) { td class=[class] { (cell) } }
                } } }
            }
        }
    }
}

/// The class of a column: `n` for numbers, `w` for long names, which need room.
fn class(rows: &[Vec<String>], column: usize) -> Option<&'static str> {
    const LONG: usize = 24;
    if is_numeric(rows, column) {
        return Some("n");
    }
    rows.iter().filter_map(|row| row.get(column)).any(|cell| cell.chars().count() > LONG).then_some("w")
}

/// Whether all cells of a column that are not empty begin like a number.
fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let begins = |cell: &str| {
        cell.trim_start_matches(['\u{2265}', '\u{2264}', ' ', '+', '-']).starts_with(|c: char| c.is_ascii_digit())
    };
    let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty() && *cell != "-");
    column > 0 && cells.all(|cell| begins(cell) && cell.len() < 60)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn of_many_rows_those_about_everything_are_shown_in_their_order() {
        let mut text = "action,worker,value\n".to_owned();
        for index in 0..400 {
            writeln!(text, "a{index},w{index},{index}").unwrap();
        }
        text += "all,,7\n";
        let page = of_csv("summary.csv", text.as_bytes()).into_string();
        assert_eq!(page.matches("<tr>").count(), 1 + MOST_ROWS);
        assert!(page.contains("401 rows, 300 shown") && page.contains("The other 101 rows are in"), "{page}");
        let place = |cell: &str| page.find(&format!("<td>{cell}</td>"));
        assert!(place("a0") < place("a298") && place("a298") < place("all"));
        assert_eq!(place("a299"), None);
    }

    #[test]
    fn cells_are_escaped_and_broken_files_are_named() {
        let page = of_csv("a.csv", b"x\n\"<script>\"\"&'\"\n").into_string();
        assert!(page.contains("&lt;script&gt;&quot;&amp;") && !page.contains("<script"), "{page}");
        for bytes in [&b"a,b\n1\n"[..], b"a\n\xff\n"] {
            assert!(of_csv("a.csv", bytes).into_string().contains("is not a table"));
        }
    }

    #[test]
    fn columns_of_numbers_are_recognized() {
        let rows = [["a", "\u{2265} 3m41s", "x"], ["1", "-", "2"], ["b", "+0.5 %", ""]]
            .map(|row| row.map(str::to_owned).to_vec());
        assert_eq!([0, 1, 2].map(|column| is_numeric(&rows, column)), [false, true, false]);
    }
}
