//! The header of a log: comments such as `; MaxProcs: 100`, which describe the machine.

use crate::model::capacity::MOST_UNITS;

/// A field of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderField {
    /// Its name, such as `MaxProcs`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its line, from 1.
    pub line: u64,
}

impl HeaderField {
    /// Reads the text after the semicolon; `None` if it is not a field.
    pub(super) fn read(comment: &[u8], line: u64) -> Option<HeaderField> {
        // Names of people and places are often not in UTF-8.
        let comment = String::from_utf8_lossy(comment);
        let (name, value) = comment.split_once(':')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        is_name.then(|| HeaderField { name: name.to_owned(), value: value.trim().to_owned(), line })
    }

    /// Its number of units; words may follow, as in `1152 (8 to a node)`.
    pub fn units(&self) -> Option<i64> {
        let number = self.value.split_whitespace().next()?.parse().ok()?;
        (0..=MOST_UNITS).contains(&number).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(comment: &str) -> Option<(String, String)> {
        HeaderField::read(comment.as_bytes(), 1).map(|field| (field.name, field.value))
    }

    #[test]
    fn fields_are_told_from_words() {
        for (comment, name, value) in
            [(" MaxProcs: 100", "MaxProcs", "100"), ("MaxNodes:\t338 ", "MaxNodes", "338"), (" Note:", "Note", "")]
        {
            assert_eq!(field(comment), Some((name.to_owned(), value.to_owned())), "{comment}");
        }
        for words in ["", ";", " uses the EASY scheduler", " see here: there", ": 5"] {
            assert_eq!(field(words), None, "{words}");
        }
    }

    #[test]
    fn units_are_the_number_in_front() {
        let units = |value: &str| HeaderField { name: "MaxProcs".to_owned(), value: value.to_owned(), line: 1 }.units();
        assert_eq!((units("100"), units("1152 (8 to a node)"), units("0")), (Some(100), Some(1152), Some(0)));
        for value in ["", "-1", "1,152", "many", "99999999999999999999", "1e3"] {
            assert_eq!(units(value), None, "{value}");
        }
    }
}
