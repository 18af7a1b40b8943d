//! The most frequent value of a field on which rows should agree.

use std::collections::BTreeMap;

/// The distinct values with their numbers of rows, most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueCounts<T>(pub(super) Vec<(T, usize)>);

impl<T: Ord + Clone> ValueCounts<T> {
    /// Counts values; of equally frequent ones, the smallest comes first.
    pub(super) fn of(values: impl IntoIterator<Item = T>) -> ValueCounts<T> {
        let mut counts: BTreeMap<T, usize> = BTreeMap::new();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
        let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ValueCounts(counts)
    }

    /// The most frequent value.
    pub(super) fn mode(&self) -> Option<&T> {
        self.0.first().map(|(value, _)| value)
    }

    /// The number of rows with a value.
    pub(super) fn rows(&self) -> usize {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// How many rows agree on the mode, in words: `all 12 rows`, or
    /// `11 of 12 rows; rows disagree: 2 in 1`.
    pub(super) fn in_words(&self, show: impl Fn(&T) -> String) -> String {
        let others: Vec<String> =
            self.0.iter().skip(1).take(3).map(|(value, count)| format!("{} in {count}", show(value))).collect();
        let dots = if self.0.len() > 4 { ", …" } else { "" };
        match (self.0.first(), self.rows()) {
            (None, _) => "no row".to_owned(),
            (_, 1) => "the only row".to_owned(),
            (Some(_), rows) if others.is_empty() => format!("all {rows} rows"),
            (Some((_, count)), rows) => {
                format!("{count} of {rows} rows; rows disagree: {}{dots}", others.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_value_is_the_mode_and_others_are_listed() {
        let counts = ValueCounts::of([2, 1, 2, 3, 2, 1]);
        assert_eq!(counts.mode(), Some(&2));
        assert_eq!(counts.in_words(ToString::to_string), "3 of 6 rows; rows disagree: 1 in 2, 3 in 1");
        assert_eq!(ValueCounts::of([5, 5]).in_words(ToString::to_string), "all 2 rows");
        assert_eq!(ValueCounts::<u8>::of([]).mode(), None);
    }
}
