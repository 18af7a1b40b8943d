//! The tokens of an expression: words, signs, names and numbers, each with its place in the text.

use std::ops::Range;

use crate::model::quantity::Quantity;

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

/// The number in that unit, if it fits: seconds, jobs, shares.
pub(super) fn in_unit(number: Quantity, unit: &str) -> Option<f64> {
    match number {
        Quantity::Number(number) => (unit != "s").then_some(number),
        Quantity::Share(share) => (unit == "1").then_some(share),
        Quantity::Duration(duration) => (unit == "s").then_some(duration.as_secs_f64()),
        Quantity::Rate(rate) => (unit == "jobs/s").then_some(rate.as_per_second()),
    }
}

/// An example of a number in that unit.
pub(super) fn example(unit: &str) -> &'static str {
    match unit {
        "s" => "a duration such as `30s` or `5m`",
        "1" => "a number such as `0.8`, or a percentage such as `80%`",
        "jobs/s" => "a number a second such as `0.5`, or a rate such as `40/h`",
        _ => "a number such as `12`",
    }
}
