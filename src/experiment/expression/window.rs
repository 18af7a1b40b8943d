//! Windows of the week: `09:00..11:00`, `mon-fri`, `mon-fri 08:00..18:00`, `sat`, `worst 1h`.

use std::ops::Range;

use super::error::ExpressionError;
use super::quantity::QuantityWindow;
use crate::model::week::{DAY, days, minute_of_day as minute};
use crate::stats::HoursOfWeek;

/// How a window may be written.
const EXAMPLE: &str = "write a window such as 09:00..11:00, mon-fri, mon-fri 08:00..18:00, sat or worst 1h";

/// The window of an argument; `None` if the text is a name.
pub(super) fn read(text: &str, span: &Range<usize>) -> Result<Option<QuantityWindow>, ExpressionError> {
    let error = |title: String| Err(ExpressionError::new(span.clone(), title).help(EXAMPLE));
    let words: Vec<&str> = text.split_whitespace().collect();
    let hours = |days, times: &str| match times.split_once("..").and_then(|(a, b)| Some((minute(a)?, minute(b)?))) {
        Some((from, until)) if from == until || from >= DAY => error(format!("`{times}` is no part of a day")),
        Some((from, until)) => Ok(Some(QuantityWindow::Hours(HoursOfWeek { days, from, until }))),
        None => error(format!("`{times}` is not a time of day to another")),
    };
    match words.as_slice() {
        ["worst", "1h"] => Ok(Some(QuantityWindow::WorstHour)),
        ["worst", length] if length.starts_with(|c: char| c.is_ascii_digit()) => {
            error(format!("there is no worst `{length}`; the worst hour is `worst 1h`"))
        }
        [times] if times.contains("..") => hours([true; 7], times),
        [one] => Ok(days(one).map(|days| QuantityWindow::Hours(HoursOfWeek::days(days)))),
        [first, times] if times.contains("..") => match days(first) {
            Some(days) => hours(days, times),
            None => error(format!("`{first}` is not a day or a range of days")),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Option<String> {
        read(text, &(0..text.len())).unwrap().map(QuantityWindow::text)
    }

    #[test]
    fn windows_are_told_from_names() {
        for (text, expected) in [
            ("09:00..11:00", "09:00..11:00"),
            ("9:00..24:00", "09:00..24:00"),
            ("22:30..06:00", "22:30..06:00"),
            ("mon-fri", "mon-fri"),
            ("fri-mon  08:00..18:00", "fri-mon 08:00..18:00"),
            ("sat", "sat"),
            ("mon-sun", "mon-sun"),
            ("worst 1h", "worst 1h"),
        ] {
            assert_eq!(window(text).as_deref(), Some(expected), "{text}");
        }
        for name in ["scan", "satellite", "mon-fri-scan", "worst", "a b c"] {
            assert_eq!(window(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_nearly_a_window_is_an_error() {
        for text in ["09:00..09:00", "25:00..26:00", "9..11", "09:60..10:00", "weekdays 09:00..10:00", "worst 2h"] {
            let error = read(text, &(0..text.len())).unwrap_err();
            assert!(!error.help.is_empty(), "{text}: {error:?}");
        }
    }
}
