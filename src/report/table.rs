//! Tables for terminals: plain text without colours.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// Which characters a terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// Lines drawn by `-` and `=`.
    Ascii,
    /// Lines drawn by box characters.
    #[default]
    Utf8,
}

impl Charset {
    /// The sign before half the width of an interval.
    pub(super) fn plus_minus(self) -> &'static str {
        match self {
            Charset::Ascii => "+/-",
            Charset::Utf8 => "\u{b1}",
        }
    }
}

/// A table with a header; names to the left, numbers to the right. Its width is its own, not that of a terminal.
pub(super) fn empty(header: &[&str], charset: Charset) -> Table {
    let mut table = Table::new();
    let rule = match charset {
        Charset::Ascii => '-',
        Charset::Utf8 => '\u{2500}',
    };
    let rule = LineStyle::none().fill(rule).junction(rule);
    table.load_style(TableStyle::new().top_border(rule).header_separator(rule).bottom_border(rule));
    table.set_content_arrangement(ContentArrangement::Disabled).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
