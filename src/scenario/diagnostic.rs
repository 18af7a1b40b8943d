//! Complaints about a scenario, and the report that shows them all at once.
//!
//! A complaint reads like a helpful person wrote it: what is wrong, right under the token that is wrong, and what would
//! be right. Rendering is `annotate-snippets`', the renderer of `rustc`'s own messages.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::source::{Place, Sources};

/// Whether a scenario can run all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// It cannot.
    Error,
    /// It can, but probably says something else than what is meant.
    Warning,
}

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    severity: Severity,
    /// What is wrong, in a sentence.
    title: String,
    /// The token that is wrong.
    place: Place,
    /// What stands under the caret.
    label: String,
    /// Other places that have to do with it.
    context: Vec<(Place, String)>,
    /// What to do about it.
    help: Vec<String>,
}

impl Complaint {
    /// A complaint that keeps the scenario from running.
    pub(crate) fn error(place: Place, title: impl Into<String>) -> Complaint {
        Complaint {
            severity: Severity::Error,
            title: title.into(),
            place,
            label: String::new(),
            context: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A complaint with which the scenario runs all the same.
    pub(crate) fn warning(place: Place, title: impl Into<String>) -> Complaint {
        Complaint { severity: Severity::Warning, ..Complaint::error(place, title) }
    }

    /// With words under the caret.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Complaint {
        self.label = label.into();
        self
    }

    /// With a second place, and what it has to do with the complaint.
    pub(crate) fn context(mut self, place: Place, label: impl Into<String>) -> Complaint {
        self.context.push((place, label.into()));
        self
    }

    /// With a line on what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Complaint {
        self.help.push(help.into());
        self
    }

    /// The complaint as the renderer wants it.
    fn group<'a>(&'a self, sources: &'a Sources) -> Group<'a> {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = level.primary_title(self.title.as_str()).elements(self.snippets(sources));
        if let (None, Some(file)) = (sources.locate(self.place), sources.file()) {
            group = group.element(Origin::path(file.name.as_str()));
        }
        group.elements(self.help.iter().map(|help| Level::HELP.message(help.as_str())))
    }

    /// The lines with carets: one snippet for each text that has to do with it.
    fn snippets<'a>(&'a self, sources: &'a Sources) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let Some((source, range)) = sources.locate(self.place) else { return Vec::new() };
        let label = (!self.label.is_empty()).then_some(self.label.as_str());
        let snippet = |text: &'a str, name: &'a str| Snippet::source(text).path(name);
        let mut first =
            snippet(&source.text, &source.name).annotation(AnnotationKind::Primary.span(range).label(label));
        let mut others = Vec::new();
        for (place, label) in &self.context {
            let Some((other, range)) = sources.locate(*place) else { continue };
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

/// Everything there is to say about a scenario, errors and warnings, in the order of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    sources: Sources,
    complaints: Vec<Complaint>,
}

impl Report {
    /// A report on `sources`, whose complaints it sorts.
    pub(crate) fn new(sources: Sources, mut complaints: Vec<Complaint>) -> Report {
        complaints.sort_by(|a, b| (a.place, a.severity, &a.title).cmp(&(b.place, b.severity, &b.title)));
        complaints.dedup();
        Report { sources, complaints }
    }

    /// The report on what is wrong with the value of an option of the command line: in those bytes of it. `label` and `help` may
    /// be empty.
    pub fn of_option(option: &str, value: &str, wrong: Range<usize>, title: &str, label: &str, help: &str) -> Report {
        let (mut sources, text) = (Sources::default(), format!("{option} {value}"));
        let start = sources.add("command line", &text) + text.len() - value.len();
        let place = Place { start: start + wrong.start, end: start + wrong.end };
        let complaint = Complaint::error(place, title).label(label);
        let complaint = if help.is_empty() { complaint } else { complaint.help(help) };
        Report::new(sources, vec![complaint])
    }

    /// A report that warns of a file as a whole: each time with a title, and lines on what to do.
    pub fn of_file(name: &str, warnings: impl IntoIterator<Item = (String, Vec<String>)>) -> Report {
        let mut sources = Sources::default();
        sources.add(name, "");
        let warning = |(title, help): (String, Vec<String>)| {
            help.into_iter().fold(Complaint::warning(Place::NOWHERE, title), Complaint::help)
        };
        // As they come: who finds them has put what weighs most first.
        Report { sources, complaints: warnings.into_iter().map(warning).collect() }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.complaints.is_empty()
    }

    /// How many complaints keep the scenario from running.
    pub fn errors(&self) -> usize {
        self.complaints.iter().filter(|complaint| complaint.severity == Severity::Error).count()
    }

    /// How many complaints there are with which it runs all the same.
    pub fn warnings(&self) -> usize {
        self.complaints.len() - self.errors()
    }

    /// All complaints as text, the way `rustc` shows its own; `colour` asks for ANSI escapes. Ends without a newline.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let blocks: Vec<String> =
            self.complaints.iter().map(|complaint| renderer.render(&[complaint.group(&self.sources)])).collect();
        blocks.join("\n\n")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Report {}

/// The lines of the scenario file that complaints point at, from 0.
pub(crate) fn lines(complaints: &[Complaint], text: &str) -> BTreeSet<usize> {
    complaints.iter().filter_map(|complaint| line(complaint, text)).collect()
}

/// Of the complaints about a broken line only the first: what follows from it is not worth reading.
pub(crate) fn one_a_line(mut complaints: Vec<Complaint>, broken: &BTreeSet<usize>, text: &str) -> Vec<Complaint> {
    let mut seen = BTreeSet::new();
    complaints.retain(|complaint| {
        let broken_line = line(complaint, text).filter(|line| broken.contains(line));
        broken_line.is_none_or(|line| seen.insert(line))
    });
    complaints
}

fn line(complaint: &Complaint, text: &str) -> Option<usize> {
    let before = text.as_bytes().get(..complaint.place.start)?;
    Some(before.split(|byte| *byte == b'\n').count() - 1)
}

/// The name among `known` that a misspelt one probably means.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(start: usize, end: usize) -> Place {
        Place { start, end }
    }

    #[test]
    fn an_option_is_shown_with_what_is_wrong_in_it() {
        let report =
            Report::of_option("--gate", "p95(wiat)", 4..8, "there is no measure `wiat`", "did you mean `wait`?", "");
        let text = report.to_string();
        for words in
            ["error: there is no measure `wiat`", "command line:1:12", "--gate p95(wiat)", "^^^^ did you mean `wait`?"]
        {
            assert!(text.contains(words), "{words} is missing in\n{text}");
        }
    }

    #[test]
    fn a_report_is_in_the_order_of_the_text_and_says_nothing_twice() {
        let mut sources = Sources::default();
        sources.add("a.toml", "one = 1\ntwo = 2\n");
        let late = Complaint::warning(place(8, 11), "late");
        let early = Complaint::error(place(0, 3), "early");
        let nowhere = Complaint::error(Place::NOWHERE, "missing");
        let report = Report::new(sources, vec![nowhere, late.clone(), early, late]);
        assert_eq!((report.errors(), report.warnings()), (2, 1));
        let text = report.to_string();
        let at = |word: &str| text.find(word).unwrap();
        assert!(at("early") < at("late") && at("late") < at("missing") && at("a.toml:2:1") > at("late"), "{text}");
    }

    #[test]
    fn colour_adds_escapes_and_nothing_else() {
        let mut sources = Sources::default();
        sources.add("a.toml", "one = 1");
        let report = Report::new(sources, vec![Complaint::error(place(0, 3), "wrong").label("here").help("do this")]);
        let coloured = report.render(true);
        assert!(coloured.contains('\u{1b}'));
        let mut parts = coloured.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.filter_map(|part| part.split_once('m')).map(|(_, text)| text);
        assert_eq!(first + &rest.collect::<String>(), report.render(false));
    }

    #[test]
    fn misspelt_names_are_recognized_and_others_are_not() {
        let known = ["retries", "service", "priority"];
        for (word, meant) in [("retires", Some("retries")), ("Service", Some("service")), ("gpu", None), ("", None)] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }

    #[test]
    fn a_broken_line_gets_one_complaint() {
        let text = "a = \nb = 1\n";
        let syntax = Complaint::error(place(4, 4), "no value");
        let follows = Complaint::error(place(0, 1), "unknown key");
        let other = Complaint::error(place(5, 6), "unknown key");
        let broken = lines(std::slice::from_ref(&syntax), text);
        assert_eq!(one_a_line(vec![syntax.clone(), follows, other.clone()], &broken, text), [syntax, other]);
    }
}
