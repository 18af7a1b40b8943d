//! Errors and warnings about a scenario, all shown at once.
//!
//! A diagnostic reads as if a helpful person had written it: what is wrong, a caret under the wrong
//! token, and what would be right. The renderer is `annotate-snippets`, which also renders the
//! messages of `rustc`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

pub use crate::model::name::nearest;
use crate::model::name::{is_hidden, visible};
use crate::source::{SourceSpan, Sources};

/// The most diagnostics that are shown.
const MAX_SHOWN: usize = 100;

/// Whether a scenario can run in spite of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// It cannot run.
    Error,
    /// It can, but probably contains a mistake.
    Warning,
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    severity: Severity,
    /// What is wrong, in a sentence.
    title: String,
    /// The token that is wrong.
    span: SourceSpan,
    /// The words under the caret.
    label: String,
    /// Related spans, each with a label.
    context: Vec<(SourceSpan, String)>,
    /// Lines that tell what to do.
    help: Vec<String>,
}

impl Diagnostic {
    /// A mistake that keeps the scenario from running.
    pub(crate) fn error(span: SourceSpan, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            title: shown(title),
            span,
            label: String::new(),
            context: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A probable mistake; the scenario can run.
    pub(crate) fn warning(span: SourceSpan, title: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(span, title) }
    }

    /// Adds words under the caret.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = shown(label);
        self
    }

    /// Adds a related span with a label.
    pub(crate) fn context(mut self, span: SourceSpan, label: impl Into<String>) -> Diagnostic {
        self.context.push((span, shown(label)));
        self
    }

    /// Adds a line that tells what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(shown(help));
        self
    }

    /// The diagnostic in the form that the renderer takes.
    fn group<'a>(&'a self, sources: &'a Sources) -> Group<'a> {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = level.primary_title(self.title.as_str()).elements(self.snippets(sources));
        if let (None, Some(file)) = (sources.locate(self.span), sources.file()) {
            group = group.element(Origin::path(file.name.as_str()));
        }
        group.elements(self.help.iter().map(|help| Level::HELP.message(help.as_str())))
    }

    /// The lines with carets: one snippet for each text that is involved.
    fn snippets<'a>(&'a self, sources: &'a Sources) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let Some((source, range)) = sources.locate(self.span) else { return Vec::new() };
        let label = (!self.label.is_empty()).then_some(self.label.as_str());
        let snippet = |text: &'a str, name: &'a str| Snippet::source(text).path(name);
        let mut first =
            snippet(&source.text, &source.name).annotation(AnnotationKind::Primary.span(range).label(label));
        let mut others = Vec::new();
        for (span, label) in &self.context {
            let Some((other, range)) = sources.locate(*span) else { continue };
            let annotation = AnnotationKind::Context.span(range).label(label.as_str());
            if std::ptr::eq(other, source) {
                first = first.annotation(annotation);
            } else {
                others.push(snippet(&other.text, &other.name).annotation(annotation));
            }
        }
        others.insert(0, first);
        others
    }
}

/// A text of ours with names and values of others in it, safe for a terminal.
fn shown(text: impl Into<String>) -> String {
    let text = text.into();
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

/// All errors and warnings about a scenario, in the order of its text. As an error, it displays all
/// of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The diagnostics about `sources`, sorted.
    pub(crate) fn new(sources: Sources, mut diagnostics: Vec<Diagnostic>) -> Diagnostics {
        diagnostics.sort_by(|a, b| (a.span, a.severity, &a.title).cmp(&(b.span, b.severity, &b.title)));
        diagnostics.dedup();
        Diagnostics { sources, diagnostics }
    }

    /// An error in the value of a command-line option: `wrong` is its range of bytes. `label` and
    /// `help` may be empty.
    pub fn for_option(
        option: &str,
        value: &str,
        wrong: Range<usize>,
        title: &str,
        label: &str,
        help: &str,
    ) -> Diagnostics {
        let (mut sources, text) = (Sources::default(), format!("{option} {value}"));
        let start = sources.add("command line", &text) + text.len() - value.len();
        let span = SourceSpan { start: start + wrong.start, end: start + wrong.end };
        let diagnostic = Diagnostic::error(span, title).label(label);
        let diagnostic = if help.is_empty() { diagnostic } else { diagnostic.help(help) };
        Diagnostics::new(sources, vec![diagnostic])
    }

    /// Warnings that concern a file as a whole: each has a title, and lines that tell what to do.
    pub fn file_warnings(name: &str, warnings: impl IntoIterator<Item = (String, Vec<String>)>) -> Diagnostics {
        let mut sources = Sources::default();
        sources.add(name, "");
        let warning = |(title, help): (String, Vec<String>)| {
            help.into_iter().fold(Diagnostic::warning(SourceSpan::NOWHERE, title), Diagnostic::help)
        };
        // In the given order: the caller puts the most important first.
        Diagnostics { sources, diagnostics: warnings.into_iter().map(warning).collect() }
    }

    /// An error that concerns a file as a whole.
    pub(crate) fn file_error(name: &str, title: String) -> Diagnostics {
        let mut sources = Sources::default();
        sources.add(name, "");
        Diagnostics::new(sources, vec![Diagnostic::error(SourceSpan::NOWHERE, title)])
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Each diagnostic in a line, without its place in the text.
    pub fn in_lines(&self) -> Vec<String> {
        let line = |one: &Diagnostic| {
            let parts = [&one.title, &one.label].into_iter().chain(&one.help);
            parts.filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("; ")
        };
        self.diagnostics.iter().map(line).collect()
    }

    /// The number of errors.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// The number of warnings.
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }

    /// All diagnostics as text, in the style of `rustc`; `colour` adds ANSI escapes. Ends without a
    /// newline. Of more than a hundred, the first hundred errors are shown, and the number of the
    /// others.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let is_long = self.diagnostics.len() > MAX_SHOWN;
        // Errors are what keeps a scenario from running.
        let only_errors = is_long && self.errors() >= MAX_SHOWN;
        let shown = || self.diagnostics.iter().filter(|one| !only_errors || one.severity == Severity::Error);
        // What concerns the whole is last, and often the reason for the rest.
        let (somewhere, nowhere): (Vec<_>, Vec<_>) = shown().partition(|one| one.span != SourceSpan::NOWHERE);
        let last = nowhere.len().min(MAX_SHOWN / 10);
        let shown = somewhere.into_iter().take(if is_long { MAX_SHOWN - last } else { MAX_SHOWN }).chain(nowhere);
        let blocks = shown.take(MAX_SHOWN).map(|diagnostic| renderer.render(&[diagnostic.group(&self.sources)]));
        let mut blocks: Vec<String> = blocks.collect();
        if is_long {
            let (errors, warnings) = (self.errors(), self.warnings());
            blocks.push(format!("Only the first {MAX_SHOWN} of {errors} errors and {warnings} warnings are shown."));
        }
        // The renderer leaves some characters of the source as they are; its own escapes are ESC.
        let is_escaped = |c: char| is_hidden(c) && !matches!(c, '\n' | '\t' | '\u{1b}');
        blocks.join("\n\n").replace(is_escaped, "\u{fffd}")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// The lines of the scenario file that diagnostics point at, counted from 0.
pub(crate) fn lines(diagnostics: &[Diagnostic], text: &str) -> BTreeSet<usize> {
    let starts = line_starts(text);
    diagnostics.iter().filter_map(|diagnostic| line(diagnostic, &starts, text)).collect()
}

/// Keeps the first diagnostic about each broken line only: the others merely follow from it.
pub(crate) fn first_per_line(
    mut diagnostics: Vec<Diagnostic>,
    broken: &BTreeSet<usize>,
    text: &str,
) -> Vec<Diagnostic> {
    let (mut seen, starts) = (BTreeSet::new(), line_starts(text));
    diagnostics.retain(|diagnostic| {
        let broken_line = line(diagnostic, &starts, text).filter(|line| broken.contains(line));
        broken_line.is_none_or(|line| seen.insert(line))
    });
    diagnostics
}

/// The positions at which the lines of a text after the first begin.
fn line_starts(text: &str) -> Vec<usize> {
    text.match_indices('\n').map(|(at, _)| at + 1).collect()
}

fn line(diagnostic: &Diagnostic, starts: &[usize], text: &str) -> Option<usize> {
    let at = diagnostic.span.start;
    (at <= text.len()).then(|| starts.partition_point(|start| *start <= at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> SourceSpan {
        SourceSpan { start, end }
    }

    #[test]
    fn an_option_is_shown_with_its_error() {
        let report = Diagnostics::for_option(
            "--gate",
            "p95(wiat)",
            4..8,
            "there is no measure `wiat`",
            "did you mean `wait`?",
            "",
        );
        let text = report.to_string();
        for words in
            ["error: there is no measure `wiat`", "command line:1:12", "--gate p95(wiat)", "^^^^ did you mean `wait`?"]
        {
            assert!(text.contains(words), "{words} is missing in\n{text}");
        }
    }

    #[test]
    fn diagnostics_are_in_the_order_of_the_text_and_appear_once() {
        let mut sources = Sources::default();
        sources.add("a.toml", "one = 1\ntwo = 2\n");
        let late = Diagnostic::warning(span(8, 11), "late");
        let early = Diagnostic::error(span(0, 3), "early");
        let nowhere = Diagnostic::error(SourceSpan::NOWHERE, "missing");
        let report = Diagnostics::new(sources, vec![nowhere, late.clone(), early, late]);
        assert_eq!((report.errors(), report.warnings()), (2, 1));
        let text = report.to_string();
        let at = |word: &str| text.find(word).unwrap();
        assert!(at("early") < at("late") && at("late") < at("missing") && at("a.toml:2:1") > at("late"), "{text}");
    }

    #[test]
    fn colour_adds_escapes_and_nothing_else() {
        let mut sources = Sources::default();
        sources.add("a.toml", "one = 1");
        let report =
            Diagnostics::new(sources, vec![Diagnostic::error(span(0, 3), "wrong").label("here").help("do this")]);
        let coloured = report.render(true);
        assert!(coloured.contains('\u{1b}'));
        let mut parts = coloured.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.filter_map(|part| part.split_once('m')).map(|(_, text)| text);
        assert_eq!(first + &rest.collect::<String>(), report.render(false));
    }

    #[test]
    fn a_broken_line_gets_one_diagnostic() {
        let text = "a = \nb = 1\n";
        let syntax = Diagnostic::error(span(4, 4), "no value");
        let follows = Diagnostic::error(span(0, 1), "unknown key");
        let other = Diagnostic::error(span(5, 6), "unknown key");
        let broken = lines(std::slice::from_ref(&syntax), text);
        assert_eq!(first_per_line(vec![syntax.clone(), follows, other.clone()], &broken, text), [syntax, other]);
    }
}
