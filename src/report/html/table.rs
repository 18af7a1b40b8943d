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
    let most = if RAW.contains(&path) { RAW_ROWS } else { MOST_ROWS };
    let Ok(Excerpt { header, rows, total }) = Excerpt::read(bytes, most) else {
        return html! { p { code { (path) } " is not a table that this page can show." } };
    };
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

/// The most important rows of a file, in their order.
struct Excerpt {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The number of all rows.
    total: usize,
}

impl Excerpt {
    /// Rows about everything go before those about single workers, holders, actions and resources.
    /// A file may be large: only rows that may be shown are kept.
    fn read(bytes: &[u8], most: usize) -> Result<Excerpt, csv::Error> {
        let mut reader = csv::Reader::from_reader(bytes);
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<String>>();
        let header = cells(reader.headers()?);
        let column = |name: &str| header.iter().position(|other| other == name);
        let [worker, holder, action] = ["worker", "holder", "action"].map(column);
        let mut kept: [Vec<(usize, Vec<String>)>; 8] = Default::default();
        let (mut record, mut total) = (csv::StringRecord::new(), 0);
        while reader.read_record(&mut record)? {
            let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
            let is_one = !matches!(cell(action), "" | "all");
            let details = [!cell(worker).is_empty(), !cell(holder).is_empty(), is_one].map(usize::from);
            let same = &mut kept[details[0] * 4 + details[1] * 2 + details[2]];
            if same.len() < most {
                same.push((total, cells(&record)));
            }
            total += 1;
        }
        let mut bytes = 0;
        let fits = |(_, row): &(usize, Vec<String>)| {
            bytes += row.iter().map(|cell| cell.len() + 14).sum::<usize>();
            bytes <= MOST_BYTES
        };
        let mut rows: Vec<_> = kept.into_iter().flatten().take(most).take_while(fits).collect();
        rows.sort_unstable_by_key(|(place, _)| *place);
        Ok(Excerpt { header, rows: rows.into_iter().map(|(_, row)| row).collect(), total })
    }
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
