//! The texts of a scenario: its file, and each option that sets a key.
//!
//! Positions count through all texts, one after another. So a [`SourceSpan`] is two numbers,
//! whichever text it points into; only the renderer of diagnostics looks up the text.

use std::ops::Range;

use crate::model::name::visible;

/// The position of a key or value: a range of bytes in the [`Sources`], or nowhere (a default).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceSpan {
    /// The first byte.
    pub(crate) start: usize,
    /// The byte after the last.
    pub(crate) end: usize,
}

impl SourceSpan {
    /// The span of a value that stands in no text, such as a default. It sorts last.
    pub(crate) const NOWHERE: SourceSpan = SourceSpan { start: usize::MAX, end: usize::MAX };
}

impl Default for SourceSpan {
    fn default() -> SourceSpan {
        SourceSpan::NOWHERE
    }
}

/// One text: the scenario file, or an option of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its name in diagnostics: a file name, or `command line`.
    pub(crate) name: String,
    /// The whole text.
    pub(crate) text: String,
    /// The position of its first byte.
    start: usize,
}

/// All texts of a scenario, the file first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and returns the position of its first byte.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> usize {
        // One position between two texts keeps the end of one distinct from the start of the next.
        let start = self.0.last().map_or(0, |last| last.start + last.text.len() + 1);
        self.0.push(Source { name: visible(name).into_owned(), text: text.to_owned(), start });
        start
    }

    /// The scenario file.
    pub(crate) fn file(&self) -> Option<&Source> {
        self.0.first()
    }

    /// Whether a span lies in an option of the command line.
    pub(crate) fn is_of_option(&self, span: SourceSpan) -> bool {
        let (found, file) = (self.locate(span), self.file());
        found.zip(file).is_some_and(|((source, _), file)| !std::ptr::eq(source, file))
    }

    /// The text that a span lies in, and its range there.
    pub(crate) fn locate(&self, span: SourceSpan) -> Option<(&Source, Range<usize>)> {
        if span == SourceSpan::NOWHERE {
            return None;
        }
        let source = self.0.iter().rev().find(|source| source.start <= span.start)?;
        let within = |position: usize| (position - source.start).min(source.text.len());
        Some((source, within(span.start)..within(span.end.max(span.start))))
    }

    /// The text at a span.
    pub(crate) fn text(&self, span: SourceSpan) -> &str {
        self.locate(span).and_then(|(source, range)| source.text.get(range)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_know_their_text() {
        let mut sources = Sources::default();
        assert_eq!(sources.add("a.toml", "x = 1"), 0);
        let second = sources.add("command line", "--set y=2");
        let found =
            |start, end| sources.locate(SourceSpan { start, end }).map(|(source, range)| (source.name.as_str(), range));
        assert_eq!(found(4, 5), Some(("a.toml", 4..5)));
        assert_eq!(found(5, 5), Some(("a.toml", 5..5)), "the end of the first text is not the start of the second");
        assert_eq!(found(second + 6, second + 7), Some(("command line", 6..7)));
        assert_eq!(sources.text(SourceSpan { start: second + 6, end: second + 9 }), "y=2");
        assert_eq!(sources.locate(SourceSpan::NOWHERE), None);
    }

    #[test]
    fn ranges_beyond_a_text_end_with_it() {
        let mut sources = Sources::default();
        sources.add("a.toml", "x");
        assert_eq!(sources.locate(SourceSpan { start: 7, end: 3 }).map(|(_, range)| range), Some(1..1));
    }
}
