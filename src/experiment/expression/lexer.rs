//! The tokens of an expression: words, signs, names and numbers, each with its place in the text.

use std::ops::Range;

use crate::model::time::Span;
use crate::model::unit::Rate;

/// A text, and how far it has been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// What has not been read, without spaces at its ends.
    pub(super) fn rest(&mut self) -> (&'a str, Range<usize>) {
        self.skip_spaces();
        let rest = self.text[self.at..].trim_end();
        let span = self.at..self.at + rest.len();
        (rest, span)
    }

    fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.rest().0.is_empty()
    }

    /// The next sign, if it is this one.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        self.skip_spaces();
        let found = self.text[self.at..].starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    /// The first character of the next token, or the end of the text.
    pub(super) fn here(&mut self) -> Range<usize> {
        let (rest, span) = self.rest();
        span.start..span.start + rest.chars().next().map_or(0, char::len_utf8)
    }

    /// The next word of letters, digits, `_` and `.`, which may be empty.
    pub(super) fn word(&mut self) -> (&'a str, Range<usize>) {
        self.skip_spaces();
        self.until(|c| !(c.is_alphanumeric() || c == '_'))
    }

    /// Everything up to one of these characters, without the spaces before it.
    pub(super) fn before(&mut self, ends: &[char]) -> (&'a str, Range<usize>) {
        self.skip_spaces();
        self.until(|c| ends.contains(&c))
    }

    /// A name: in quotes, or everything up to a comma or a closing parenthesis. `None` if a quote
    /// is never closed.
    pub(super) fn name(&mut self) -> Option<(&'a str, Range<usize>)> {
        self.skip_spaces();
        let quote = self.text[self.at..].chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some(quote) = quote else { return Some(self.before(&[',', ')'])) };
        let inside = self.at + 1;
        let length = self.text[inside..].find(quote)?;
        self.at = inside + length + 1;
        Some((&self.text[inside..inside + length], inside..inside + length))
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> (&'a str, Range<usize>) {
        let rest = &self.text[self.at..];
        let found = rest[..rest.find(is_end).unwrap_or(rest.len())].trim_end();
        let span = self.at..self.at + found.len();
        self.at = span.end;
        (found, span)
    }
}

/// A number without its sign. Its unit is that of the quantity: a duration, a rate, a percentage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Literal {
    /// `5%`, as 0.05.
    Percent(f64),
    /// In the quantity's unit, or in none.
    Plain(f64),
    /// A length of time in seconds.
    Time(f64),
}

impl Literal {
    /// Reads a number: `5%`, `0.8`, `5m`, or `12/min`.
    pub(super) fn read(text: &str) -> Option<Literal> {
        let plain = |text: &str| {
            let digits = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            text.parse::<f64>().ok().filter(|value| digits && value.is_finite())
        };
        if let Some(percents) = text.strip_suffix('%') {
            return plain(percents.trim_end()).map(|percents| Literal::Percent(percents / 100.0));
        }
        let rate = || text.parse().ok().map(|rate: Rate| Literal::Plain(rate.as_per_second()));
        let time = || text.parse().ok().map(|time: Span| Literal::Time(time.as_secs_f64()));
        plain(text).map(Literal::Plain).or_else(time).or_else(rate)
    }

    /// The number in that unit, if it fits: seconds, jobs, shares. A percentage is a share.
    pub(super) fn in_unit(self, unit: &str) -> Option<f64> {
        match self {
            Literal::Percent(share) => (unit == "1").then_some(share),
            Literal::Plain(number) => (unit != "s").then_some(number),
            Literal::Time(seconds) => (unit == "s").then_some(seconds),
        }
    }
}

/// An example of a number in that unit.
pub(super) fn example(unit: &str) -> &'static str {
    match unit {
        "s" => "a duration such as `30s` or `5m`",
        "1" => "a number such as `0.8`",
        "jobs/s" => "a number a second such as `0.5`, or a rate such as `40/h`",
        _ => "a number such as `12`",
    }
}
