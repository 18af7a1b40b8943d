//! The columns of the keys that a study varies: the values as they are written, and beside them the
//! numbers, in seconds, per second or plain.

use std::borrow::Cow;

use crate::experiment::design::column_number;
use crate::format::exact;

/// The columns of some keys.
pub(crate) struct KeyColumns<'a> {
    /// Each key, and the end of the name of its second column if its values are numbers.
    keys: Vec<(&'a str, Option<&'static str>)>,
}

impl<'a> KeyColumns<'a> {
    /// The columns for keys and all their values, row by row. The numbers of a key must be of one
    /// kind; words beside them, such as `none`, have an empty cell.
    pub(crate) fn new(keys: &[&'a str], values: &[Vec<&str>]) -> KeyColumns<'a> {
        let suffix = |index: usize| {
            let mut kinds = values.iter().filter_map(|values| Some(column_number(values.get(index)?)?.0));
            let first = kinds.next()?;
            kinds.all(|kind| kind == first).then_some(first)
        };
        KeyColumns { keys: keys.iter().enumerate().map(|(index, key)| (*key, suffix(index))).collect() }
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = |(key, suffix): &(&str, Option<&str>)| {
            std::iter::once((*key).to_owned()).chain(suffix.map(|suffix| format!("{key}{suffix}"))).collect::<Vec<_>>()
        };
        self.keys.iter().flat_map(names).collect()
    }

    /// The cells of a row with these values.
    pub(crate) fn cells<'b>(&self, values: &[&'b str]) -> Vec<Cow<'b, str>> {
        let mut cells = Vec::new();
        for ((_, suffix), value) in self.keys.iter().zip(values) {
            cells.push(Cow::Borrowed(*value));
            if suffix.is_some() {
                let number = column_number(value).map_or_else(String::new, |(_, number)| exact(number));
                cells.push(Cow::Owned(number));
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(values: &[&str]) -> (Vec<String>, Vec<String>) {
        let rows: Vec<Vec<&str>> = values.iter().map(|value| vec![*value]).collect();
        let columns = KeyColumns::new(&["k"], &rows);
        let cells = rows.iter().flat_map(|row| columns.cells(row).into_iter().skip(1)).map(Cow::into_owned);
        (columns.names(), cells.collect())
    }

    #[test]
    fn numbers_stand_beside_their_texts() {
        for (values, suffix, numbers) in [
            (&["1", "2.5"][..], "_number", &["1", "2.5"][..]),
            (&["5%", "0.1"], "_number", &["0.05", "0.1"]),
            (&["90s", "1h30m", "\"2m\""], "_s", &["90", "5400", "120"]),
            (&["36/h", "2/s"], "_per_s", &["0.01", "2"]),
            (&["none", "4m"], "_s", &["", "240"]),
        ] {
            let (names, cells) = columns(values);
            assert_eq!(names, ["k".to_owned(), format!("k{suffix}")]);
            assert_eq!(cells, numbers);
        }
        for values in [&["first-fit", "random"][..], &["1", "2s"], &["[1, 2]"], &["2024.csv"]] {
            assert_eq!(columns(values).0, ["k"], "{values:?}");
        }
    }
}
