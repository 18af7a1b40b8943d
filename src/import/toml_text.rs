//! Writes TOML with comments: `toml_writer` quotes, and no text can end a comment early.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlStringBuilder};

use crate::model::name::is_hidden;
use crate::model::time::Span;

/// The width to which comments are wrapped.
const WIDTH: usize = 118;

/// A TOML text under construction.
#[derive(Debug, Default)]
pub(super) struct TomlBuilder(String);

impl TomlBuilder {
    /// Adds a comment, wrapped into lines.
    pub(super) fn comment(&mut self, words: &str) {
        let mut line = String::from("#");
        for word in clean(words).split(' ') {
            if line.chars().count() + word.chars().count() >= WIDTH && line.len() > 1 {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(line.trim_end());
    }

    /// Adds a line as it is.
    pub(super) fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Adds an empty line.
    pub(super) fn gap(&mut self) {
        self.0.push('\n');
    }

    /// Adds `[kind.name]`.
    pub(super) fn table(&mut self, kind: &str, name: &str) {
        self.line(&format!("[{kind}.{}]", key(name)));
    }

    /// Adds `key = value`, with a remark unless it is empty.
    pub(super) fn pair(&mut self, name: &str, value: &str, remark: &str) {
        let remark = if remark.is_empty() { String::new() } else { format!(" # {}", clean(remark)) };
        let line = format!("{name} = {value}{remark}");
        if line.chars().count() > WIDTH && !remark.is_empty() {
            self.comment(remark.trim_start_matches([' ', '#']));
            self.line(&format!("{name} = {value}"));
        } else {
            self.line(&line);
        }
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// The words without characters that a comment cannot hold.
fn clean(words: &str) -> String {
    words.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// A name as a key.
pub(super) fn key(name: &str) -> String {
    name.to_toml_key()
}

/// A text as a value, on one line.
pub(super) fn string(text: &str) -> String {
    TomlStringBuilder::new(text).as_basic().to_toml_value()
}

/// A capacity map as a value.
pub(super) fn units(map: &BTreeMap<String, i64>) -> String {
    units_of(map.iter())
}

/// Units by resource as a value, in their order.
pub(super) fn unit_list(units: &[(String, u64)]) -> String {
    units_of(units.iter().map(|(name, units)| (name, units)))
}

fn units_of<'a, T: std::fmt::Display + 'a>(units: impl Iterator<Item = (&'a String, T)>) -> String {
    let pairs: Vec<String> = units.map(|(name, units)| format!("{} = {units}", key(name))).collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// A count with its noun: `1 row`, `3 rows`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A number of 0 or more with four significant digits, without an exponent.
pub(super) fn number(value: f64) -> String {
    digits(value, 4)
}

/// A number with two significant digits, for the error of another one.
pub(super) fn short(value: f64) -> String {
    digits(value, 2)
}

/// A number with this number of significant digits; the integral part is written in full.
fn digits(value: f64, significant: usize) -> String {
    let mut decimals = significant - 1;
    let mut scaled = value.abs();
    while scaled >= 10.0 && decimals > 0 {
        scaled /= 10.0;
        decimals -= 1;
    }
    while scaled < 1.0 && scaled > 0.0 && decimals < 15 {
        scaled *= 10.0;
        decimals += 1;
    }
    let mut text = String::new();
    write!(text, "{value:.decimals$}").expect("a String takes everything");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    text
}

/// A length of time for how far another one may be off.
pub(super) fn about(value: f64) -> String {
    match value {
        v if v < 1.0 => short(v * 1e3) + "ms",
        v if v < 120.0 => short(v) + "s",
        v => seconds(v),
    }
}

/// A length of time as scenarios write it, with about four significant digits: `26.31s`, `4m12s`,
/// `6d4h`.
pub(super) fn seconds(value: f64) -> String {
    if value < 1e-6 {
        // Further digits would be parts of a nanosecond.
        Span::from_secs_f64(value).to_string()
    } else if value < 1.0 {
        number(value * 1e3) + "ms"
    } else if value < 120.0 {
        number(value) + "s"
    } else {
        let step = if value < 7_200.0 { 1.0 } else { 60.0 };
        Span::from_secs_f64((value / step).round() * step).to_string()
    }
}

/// A rate as scenarios write it, in a unit in which it is at least 1 if there is one.
pub(super) fn rate(per_second: f64) -> String {
    rate_like(per_second, per_second)
}

/// A rate in the unit in which another one is written.
pub(super) fn rate_like(per_second: f64, other: f64) -> String {
    let units = [("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("d", 86_400.0)];
    let (name, length) = units.into_iter().find(|(_, length)| other * length >= 1.0).unwrap_or(("d", 86_400.0));
    format!("{}/{name}", number(per_second * length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unit::Rate;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_short_and_exact_enough() {
        for (value, text) in [
            (0.0, "0"),
            (26.314_159, "26.31"),
            (0.001_234_56, "0.001235"),
            (123_456.7, "123457"),
            (10.0, "10"),
            (2.5, "2.5"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!((seconds(0.25), seconds(26.31), seconds(252.4)), ("250ms".into(), "26.31s".into(), "4m12s".into()));
        assert_eq!((about(0.0123), about(4.645), short(0.005_717)), ("12ms".into(), "4.6s".into(), "0.0057".into()));
        assert_eq!((rate(0.01), rate(3.0), rate(1e-5)), ("36/h".into(), "3/s".into(), "0.864/d".into()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn written_values_read_back(value in prop_oneof![0.0..1.0_f64, 0.0..1e9_f64], name in any::<String>()) {
            let span: Span = seconds(value).parse().unwrap();
            prop_assert!((span.as_secs_f64() - value).abs() <= value * 6e-3 + 1e-9, "{value}: {}", seconds(value));
            let read: Rate = rate(value).parse().unwrap();
            prop_assert!((read.as_per_second() - value).abs() <= value * 1e-3 + 1e-18, "{value}: {}", rate(value));

            let mut toml = TomlBuilder::default();
            toml.comment(&name);
            toml.table("a", &name);
            toml.pair("b", &string(&name), &name);
            let text = toml.finish();
            let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
            prop_assert_eq!(table["a"][&name]["b"].as_str(), Some(name.as_str()));
        }
    }
}
